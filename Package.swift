// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "ditta",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "ditta", targets: ["ditta"]),
        .library(name: "DittaKit", targets: ["DittaKit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
    ],
    targets: [
        // System libraries and kernels.
        .systemLibrary(
            name: "CFFmpeg",
            pkgConfig: "libavformat libavcodec libswscale libavutil",
            providers: [
                .apt(["libavformat-dev", "libavcodec-dev", "libswscale-dev", "libavutil-dev"]),
                .brew(["ffmpeg"]),
            ]
        ),
        .systemLibrary(
            name: "COpenBLAS",
            pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]
        ),
        // oneDNN comes without a pkg-config file; the module map names the library.
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),
        .target(name: "CKernels", linkerSettings: [.linkedLibrary("m")]),

        // Numbers: a target may use those above it.
        .target(name: "Raster"),
        .target(name: "Tensors", dependencies: ["CKernels", "COpenBLAS"]),
        .target(name: "Training", dependencies: ["Tensors", "CKernels"]),
        .target(name: "Compiled", dependencies: ["Tensors", "CKernels", "COneDNN"]),
        .target(name: "Checkpoints", dependencies: ["Tensors"]),
        .target(name: "Dense", dependencies: ["Raster", "Tensors", "CKernels"]),
        .target(name: "Sparse", dependencies: ["Tensors", "Training", "CKernels"]),

        // What they make: networks, and methods that adapt them.
        .target(
            name: "Networks",
            dependencies: ["Checkpoints", "Compiled", "Sparse", "Training", "Tensors", "Raster", "CKernels"]),
        .target(
            name: "Methods",
            dependencies: ["Networks", "Dense", "Checkpoints", "Compiled", "Training", "Tensors", "Raster"]),

        // Frames in, labels out, and how good they are.
        .target(name: "Media", dependencies: ["Raster", "CFFmpeg"]),
        .target(name: "Metrics", dependencies: ["Raster"]),

        // Point clouds in, labels of points out.
        .target(name: "Clouds", dependencies: ["Media", "Raster"]),

        .target(
            name: "CloudAdaptation",
            dependencies: [
                "Clouds", "Networks", "Checkpoints", "Compiled", "Sparse", "Training", "Tensors", "Media", "Metrics",
                "Raster",
            ]),

        .target(name: "Reports", dependencies: ["Methods", "Compiled", "Metrics", "Raster"]),

        // The product.
        .target(
            name: "DittaKit",
            dependencies: [
                "Reports", "Methods", "Networks", "Checkpoints", "Compiled", "Dense", "Tensors", "Media", "Metrics",
                "Raster",
            ]),

        // Programs.
        .executableTarget(
            name: "ditta",
            dependencies: [
                "DittaKit", "CloudAdaptation", "Clouds", "Networks", "Reports", "Methods", "Checkpoints", "Compiled",
                "Media",
                "Metrics", "Tensors",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "DittaKit", "Methods", "Networks", "Checkpoints", "Compiled", "Dense", "Sparse", "Training", "Tensors",
                "Media", "Metrics", "Raster", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "benchmarks/Programs"
        ),

        // Tests.
        .target(name: "TestSupport", dependencies: ["Compiled", "Tensors"], path: "Tests/TestSupport"),
        .testTarget(name: "TensorsTests", dependencies: ["Compiled", "Tensors", "CKernels", "TestSupport"]),
        .testTarget(name: "TrainingTests", dependencies: ["Training", "Tensors", "TestSupport"]),
        .testTarget(name: "CompiledTests", dependencies: ["Networks", "Compiled", "Tensors", "TestSupport"]),
        .testTarget(
            name: "CheckpointsTests", dependencies: ["Checkpoints", "Tensors", "TestSupport"],
            resources: [.copy("Golden")]),
        .testTarget(name: "DenseTests", dependencies: ["Dense", "Compiled", "Tensors", "Raster", "TestSupport"]),
        .testTarget(
            name: "SparseTests", dependencies: ["Sparse", "Checkpoints", "Training", "Tensors", "TestSupport"],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "NetworksTests",
            dependencies: [
                "Networks", "Dense", "Checkpoints", "Compiled", "Sparse", "Training", "Tensors", "Media", "Raster",
                "TestSupport",
            ],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "MethodsTests",
            dependencies: [
                "Methods", "Networks", "Dense", "Checkpoints", "Compiled", "Training", "Tensors", "Raster",
                "TestSupport",
            ],
            resources: [.copy("Golden")]),
        .testTarget(name: "MediaTests", dependencies: ["Media", "Raster"], resources: [.copy("Golden")]),
        .testTarget(
            name: "MetricsTests", dependencies: ["Metrics", "Media", "Raster", "TestSupport"],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "CloudsTests", dependencies: ["Clouds", "Media", "Raster", "TestSupport"],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "CloudAdaptationTests",
            dependencies: [
                "CloudAdaptation", "Clouds", "Networks", "Checkpoints", "Sparse", "Training", "Tensors", "Raster",
                "TestSupport",
            ],
            resources: [.copy("Golden")]),
        .testTarget(name: "ReportsTests", dependencies: ["Reports", "Metrics", "Raster", "TestSupport"]),
        .testTarget(
            name: "DittaKitTests",
            dependencies: ["DittaKit", "Reports", "Methods", "Compiled", "Tensors", "Media", "Raster", "TestSupport"]),
        .testTarget(name: "CommandTests", dependencies: ["ditta", "Media", "Raster", "TestSupport"]),
    ]
)

// Targets of the fuzzer, which only `make fuzz` sees: they need its sanitizer to link.
if Context.environment["DITTA_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "DittaKit", "CloudAdaptation", "Clouds", "Reports", "Networks", "Checkpoints", "Media", "Raster",
            ],
            path: "fuzz/Programs"))
}

for target in package.targets where ![.system, .plugin].contains(target.type) && target.name != "CKernels" {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
    ]
}
