import FoundationEssentials
import Glibc
import Testing

/// The other ways to have miniboss: installed, and as a program of one's own.
@Suite struct InstallTests {
    private static let root = String(#filePath.split(separator: "/Tests/", maxSplits: 1).first ?? "").rooted

    @Test("an installed miniboss works from any directory, with the checkout gone")
    func withoutCheckout() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let installed = try shop.shell("'\(Self.root)/scripts/install' '\(shop.directory)/installed'")
            #expect(installed.code == 0, "\(installed)")
            // An empty file system over the checkout, for this one process: nothing can be read there.
            let script = """
                set -e
                mount -t tmpfs none '\(Self.root)'
                test ! -e '\(Self.root)/Package.swift'
                export XDG_CACHE_HOME='\(shop.directory)/cache'
                miniboss='\(shop.directory)/installed/bin/miniboss'
                mkdir -p '\(shop.directory)/new/deep' && cd '\(shop.directory)/new'
                "$miniboss" init
                cd deep
                "$miniboss" plan || test $? -eq 2
                cd '\(shop.directory)'
                "$miniboss" start
                "$miniboss" history
                "$miniboss" stop --remove
                """
            try shop.write("script", script)
            let finished = try shop.shell("exec unshare -m sh ./script")
            #expect(finished.code == 0, "\(finished)")
            for words in ["wrote \(shop.directory)/new/Miniboss.swift", "create_container", "started 1 of 1", "removed 1"] {
                #expect(finished.output.contains(words), "\(finished)")
            }
        }
    }

    @Test("a definition as an executable target is its own miniboss, and the manifest needs no unsafe flag")
    func ownPackage() async throws {
        let manifest = try fileText("\(Self.root)/Package.swift")
        #expect(!manifest.contains("unsafeFlags"))
        try await withWorkshop("", list: "") { shop in
            let image = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
            let built = "\(Self.root)/.build/debug/shop"
            func own(_ arguments: String...) throws -> Finished {
                try shop.launch(arguments, variables: ["SHOP_GROUP": shop.group, "SHOP_IMAGE": image], program: built).wait()
            }
            let start = try own("start")
            #expect(start.code == 0 && start.output.contains("started 1 of 1"), "\(start)")
            #expect(try own("start").output.contains("nothing to do"))
            #expect(try own("context", "open").output == "open\n")
            #expect(try own("status", "--json").output.contains("\"running\""))
            #expect(try own("history").output.contains("start"))
            let other = try own("start", "-f", "Miniboss.swift")
            #expect(other.code == 64 && other.errors.contains("is its own definition"), "\(other)")
            #expect(try own("stop", "--remove").code == 0)
            #expect(try await shop.container("counter") == nil)
        }
    }
}

extension String {
    fileprivate var rooted: String { hasPrefix("/") ? self : "/" + self }
}
