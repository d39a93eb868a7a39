/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A shared object of two segments: text, shared by all instances, and
 * everything that is written to or relocated, read-only data included.
 * RAM follows the last one in memory.
 */
#include <asm/cache.h>
#include <asm/page.h>
#include <asm/thread_info.h>

#define LOAD_OFFSET 0

#include <asm-generic/vmlinux.lds.h>

OUTPUT_FORMAT("elf64-x86-64")
OUTPUT_ARCH(i386:x86-64)
jiffies = jiffies_64;

PHDRS
{
	text PT_LOAD FILEHDR PHDRS FLAGS(5);
	data PT_LOAD FLAGS(6);
	dynamic PT_DYNAMIC FLAGS(6);
	stack PT_GNU_STACK FLAGS(6);
}

SECTIONS
{
	. = SIZEOF_HEADERS;
	.gnu.hash	: { *(.gnu.hash) } :text
	.dynsym		: { *(.dynsym) }
	.dynstr		: { *(.dynstr) }
	.gnu.version	: { *(.gnu.version) }
	.gnu.version_d	: { *(.gnu.version_d) }
	.rela.dyn	: { *(.rela.*) }
	.relr.dyn	: { *(.relr.dyn) }

	. = ALIGN(PAGE_SIZE);
	_text = .;
	_stext = .;
	.text : {
		TEXT_TEXT
		SCHED_TEXT
		LOCK_TEXT
		ENTRY_TEXT
		IRQENTRY_TEXT
		SOFTIRQENTRY_TEXT
		*(.fixup)
	} :text
	_etext = .;

	. = ALIGN(PAGE_SIZE);
	__init_begin = .;
	INIT_TEXT_SECTION(PAGE_SIZE) :text
	.exit.text : { EXIT_TEXT } :text

	. = ALIGN(PAGE_SIZE);
	_sdata = .;
	INIT_DATA_SECTION(16) :data
	.exit.data : { EXIT_DATA } :data
	. = ALIGN(PAGE_SIZE);
	__init_end = .;

	RO_DATA(PAGE_SIZE)
	.dynamic	: { *(.dynamic) } :data :dynamic
	EXCEPTION_TABLE(16) :data
	RW_DATA(L1_CACHE_BYTES, PAGE_SIZE, THREAD_SIZE)
	.got		: { *(.got) *(.got.plt) }
	_edata = .;

	BSS_SECTION(PAGE_SIZE, PAGE_SIZE, PAGE_SIZE)
	_end = .;

	STABS_DEBUG
	DWARF_DEBUG
	ELF_DETAILS
	DISCARDS
}
