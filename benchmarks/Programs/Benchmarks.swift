import ArgumentParser

/// The programs behind the numbers in docs/: they need labelled clips that the project does not ship.
@main
struct Benchmarks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmarks",
        abstract: "Measures what docs/ states.",
        subcommands: [
            TeacherBenchmark.self, ClipBenchmark.self, MatrixBenchmark.self, AblationBenchmark.self,
            PictureBenchmark.self, TargetBenchmark.self, HeldOutBenchmark.self, DriftBenchmark.self,
            SceneBenchmark.self, CutBenchmark.self,
            PrecisionBenchmark.self, SpeedBenchmark.self,
            LabellingBenchmark.self, FrozenBenchmark.self, KernelBenchmark.self, WarmUpBenchmark.self,
            SAM2Benchmark.self, SparseBenchmark.self, MinkUNetBenchmark.self,
        ]
    )
}
