#pragma once

/** heap_use_large_pages: for a program that lives for a moment and needs much memory at
 * once: the heap lies in large pages, and what is freed stays for what comes next. */
void heap_use_large_pages (void);
