// SPDX-License-Identifier: GPL-2.0-only
/* The machine: one processor, and memory from the image to the end of RAM. */
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/screen_info.h>
#include <linux/seq_file.h>
#include <linux/start_kernel.h>

#include <asm/pgtable.h>
#include <asm/sections.h>
#include <asm/setup.h>

#include "lib.h"

void __init setup_arch(char **cmdline_p)
{
	unsigned long ram = __pa(lib_host.ram);

	lib_cpu_init();
	setup_initial_init_mm(_stext, _etext, _edata, _end);
	snprintf(boot_command_line, COMMAND_LINE_SIZE, "%s %s", CONFIG_LIB_CMDLINE,
		 lib_host.cmdline ?: "");
	*cmdline_p = boot_command_line;
	parse_early_param();
	lib_console_init();

	memblock_add(0, __pa(_end));
	memblock_reserve(0, __pa(_end));
	memblock_add(ram, lib_host.ram_size);
	min_low_pfn = 0;
	max_low_pfn = PFN_DOWN(ram + lib_host.ram_size);
	max_pfn = max_low_pfn;
	high_memory = lib_host.ram + lib_host.ram_size;
	set_max_mapnr(max_low_pfn);
	paging_init();
}

void __init init_IRQ(void)
{
}

static int show_cpuinfo(struct seq_file *m, void *v)
{
	seq_printf(m, "processor\t: 0\nmodel name\t: %s\n", boot_cpu_data.x86_model_id);
	return 0;
}

static void *c_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? NULL : (void *)1;
}

static void *c_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return NULL;
}

static void c_stop(struct seq_file *m, void *v)
{
}

const struct seq_operations cpuinfo_op = {
	.start = c_start,
	.next = c_next,
	.stop = c_stop,
	.show = show_cpuinfo,
};
