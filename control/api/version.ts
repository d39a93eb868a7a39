// SPDX-License-Identifier: GPL-2.0-only
// What both sides of the API know of each other.

/** Grows when programs written for the one before would be misled; every answer carries it. */
export const apiVersion = "1";

export const programVersion = "0.1.0";

/** Header of a capture's answer: what to end it by. */
export const captureHeader = "nuse-capture";
