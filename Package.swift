// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "ditta",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "ditta", targets: ["ditta"])],
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
        // Kernels are optimised in debug builds too: tests run them on whole frames.
        .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3"])], linkerSettings: [.linkedLibrary("m")]),

        // The pipeline: frames → network → teacher → targets → adaptation → frozen network → labels.
        .target(name: "Raster"),
        .target(name: "Media", dependencies: ["Raster", "CFFmpeg"]),
        .target(name: "Engine", dependencies: ["CKernels", "COpenBLAS", "COneDNN"]),
        .target(name: "Networks", dependencies: ["Engine", "Raster"]),
        .target(name: "Adaptation", dependencies: ["Networks", "Engine", "Raster"]),
        .target(name: "Metrics", dependencies: ["Raster"]),
        .target(name: "Pipeline"),

        // Programs.
        .executableTarget(
            name: "ditta",
            dependencies: [
                "Adaptation", "Networks", "Engine", "Media", "Metrics", "Pipeline", "Raster",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Adaptation", "Networks", "Engine", "Media", "Metrics", "Raster",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),

        // Tests.
        .target(name: "TestSupport", dependencies: ["Engine", "Raster"], path: "Tests/TestSupport"),
        .testTarget(name: "MediaTests", dependencies: ["Media", "TestSupport"], resources: [.copy("Golden")]),
        .testTarget(
            name: "MetricsTests", dependencies: ["Metrics", "Media", "TestSupport"], resources: [.copy("Golden")]),
        .testTarget(name: "PipelineTests", dependencies: ["Pipeline"]),
        .testTarget(name: "EngineTests", dependencies: ["Engine", "TestSupport"], resources: [.copy("Golden")]),
        .testTarget(
            name: "NetworksTests", dependencies: ["Networks", "Media", "TestSupport"], resources: [.copy("Golden")]),
        .testTarget(
            name: "AdaptationTests", dependencies: ["Adaptation", "Media", "TestSupport"], resources: [.copy("Golden")]),
        .testTarget(name: "CommandTests", dependencies: ["ditta", "Media", "Raster", "TestSupport"]),
    ]
)

for target in package.targets where ![.system, .plugin].contains(target.type) && target.name != "CKernels" {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
    ]
}
