// `make search-tuning` writes it, from benchmarks/search/results/tuning.csv.

extension Tuning {
  /// In the order of counts, of equal ones in that of recalls.
  static let rows: [Row] = [
    Row(count: 1000, recall: 0.9, pivots: 32, partitions: 1, probed: 1, examined: 6),
    Row(count: 1000, recall: 0.95, pivots: 32, partitions: 1, probed: 1, examined: 12),
    Row(count: 1000, recall: 0.99, pivots: 32, partitions: 1, probed: 1, examined: 16),
    Row(count: 1000, recall: 0.999, pivots: 32, partitions: 1, probed: 1, examined: 32),
    Row(count: 4096, recall: 0.9, pivots: 32, partitions: 16, probed: 5, examined: 12),
    Row(count: 4096, recall: 0.95, pivots: 32, partitions: 16, probed: 8, examined: 12),
    Row(count: 4096, recall: 0.99, pivots: 32, partitions: 1, probed: 1, examined: 24),
    Row(count: 4096, recall: 0.999, pivots: 32, partitions: 16, probed: 16, examined: 96),
    Row(count: 10000, recall: 0.9, pivots: 32, partitions: 64, probed: 13, examined: 8),
    Row(count: 10000, recall: 0.95, pivots: 32, partitions: 64, probed: 19, examined: 16),
    Row(count: 10000, recall: 0.99, pivots: 32, partitions: 64, probed: 36, examined: 40),
    Row(count: 32768, recall: 0.9, pivots: 32, partitions: 160, probed: 24, examined: 12),
    Row(count: 32768, recall: 0.95, pivots: 32, partitions: 160, probed: 32, examined: 24),
    Row(count: 32768, recall: 0.99, pivots: 32, partitions: 160, probed: 48, examined: 120),
    Row(count: 32768, recall: 0.999, pivots: 32, partitions: 160, probed: 90, examined: 200),
    Row(count: 100000, recall: 0.9, pivots: 32, partitions: 316, probed: 32, examined: 24),
    Row(count: 100000, recall: 0.95, pivots: 32, partitions: 316, probed: 47, examined: 48),
    Row(count: 100000, recall: 0.99, pivots: 32, partitions: 316, probed: 79, examined: 120),
    Row(count: 100000, recall: 0.999, pivots: 32, partitions: 316, probed: 177, examined: 400),
    Row(count: 1000000, recall: 0.9, pivots: 32, partitions: 2000, probed: 320, examined: 300),
    Row(count: 1000000, recall: 0.95, pivots: 32, partitions: 2000, probed: 320, examined: 300),
    Row(count: 1000000, recall: 0.99, pivots: 32, partitions: 2000, probed: 320, examined: 300),
  ]
}
