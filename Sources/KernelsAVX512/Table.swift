#if arch(x86_64)
  import KernelCore

  extension AVX512: KernelTable {}
#endif
