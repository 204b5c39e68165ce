#if arch(x86_64)
  import KernelCore

  extension AVX2: KernelTable {}
#endif
