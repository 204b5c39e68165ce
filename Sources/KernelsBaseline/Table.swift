import KernelCore

extension Baseline: KernelTable {}
