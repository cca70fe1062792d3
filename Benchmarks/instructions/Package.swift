// swift-tools-version: 6.1
import PackageDescription

// A package of its own: the program needs what is internal to the modules, so it is built with testing enabled, which the
// product never is. Sources/ holds links to the modules' own directories.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "instructions",
    dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "Digest", exclude: ["README.md"], swiftSettings: strict),
        .target(name: "Files", exclude: ["README.md"], swiftSettings: strict),
        .target(name: "Ledger", dependencies: ["CSQLite", "Digest", "Files"], exclude: ["README.md"], swiftSettings: strict),
        .target(name: "DockerClient", dependencies: ["CCurl", "Digest", "Files"], exclude: ["README.md"], swiftSettings: strict),
        .target(name: "Reconciler", exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "Orchestrator", dependencies: ["Ledger", "DockerClient", "Reconciler", "Digest", "Files"],
            exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "Report", dependencies: ["Reconciler", "Digest"], exclude: ["README.md"],
            resources: [.embedInCode("Assets/report.css"), .embedInCode("Assets/report.js")], swiftSettings: strict),
        .target(
            name: "Commands",
            dependencies: [
                "Orchestrator", "Reconciler", "Report", "Files", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["README.md"], swiftSettings: strict),
        .executableTarget(
            name: "instructions", dependencies: ["Commands", "Ledger", "Orchestrator", "Reconciler"], swiftSettings: strict),
    ]
)
