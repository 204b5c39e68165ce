/* What the Swift overlay of libc does not offer: the affinity mask, the pause instruction, futexes, growing pages, the instruction sets. */
#ifndef FACENET_SYSTEM_H
#define FACENET_SYSTEM_H
/* Processors this process may run on, at least 1. */
int facenet_processor_count(void);
/* 0 baseline, 1 AVX2 and FMA, 2 AVX-512 F, BW, DQ and VL as well; always 0 off x86-64. */
int facenet_instruction_level(void);
/* Sleeps while the 32-bit word holds this value; may return early. */
void facenet_futex_wait(void *word, unsigned int value);
/* Wakes all that sleep on the word. */
void facenet_futex_wake(void *word);
/* Mapped pages with more behind them, which may have moved; null where there are none, and then nothing has changed. */
void *facenet_grow_pages(void *pages, unsigned long bytes, unsigned long wanted);
static inline void facenet_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
#endif
