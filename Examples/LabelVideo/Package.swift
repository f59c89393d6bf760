// swift-tools-version: 6.2
import PackageDescription

// As any package would use ditta: by a version, of which its repository has a tag. Here the repository is the one that this
// example lies in; elsewhere its address stands in place of "../..". `make test-example` builds and runs it.
let package = Package(
    name: "LabelVideo",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "../..", from: "0.2.0")],
    targets: [
        .executableTarget(name: "LabelVideo", dependencies: [.product(name: "DittaKit", package: "ditta")])
    ]
)
