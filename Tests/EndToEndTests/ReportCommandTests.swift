import Glibc
import Testing

@Suite struct ReportCommandTests {
    private static let services = """
        struct Bad: Service {
            let name = "bad"
            let image = testImage
            let cmd: [String]? = ["sh", "-c", "echo last words of bad; exit 3"]
            let readiness = Readiness.exec("false")
        }
        struct Web: Service {
            let name = "web"
            let image = testImage
            let dependencies = ["bad"]
            let env = ["ID": "{user_id}"]
        }
        """

    @Test("B53: the report of the newest failed run needs neither engine nor a sound definition") func offline() async throws {
        try await withWorkshop(Self.services, list: "Bad(), Web()") { shop in
            #expect(try shop.miniboss("start").code == 1)
            try shop.write("Miniboss.swift", "this is no Swift")
            let off = ["DOCKER_HOST": "unix:///nonexistent/docker.sock"]

            let written = try shop.miniboss("report", variables: off)
            #expect(written.code == 0)
            #expect(written.output == "\(shop.directory)/report.html\n")
            let page = try shop.read("report.html")
            let isWhole = page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n")
            #expect(isWhole)
            for words in [
                "last words of bad", "exited with 3", "web</strong> needs bad", "id=\"timeline\"", "id=\"graph\"",
                "<li>web <code>env.ID</code></li>",
            ] {
                let isThere = page.firstRange(of: words) != nil
                #expect(isThere, "\(words)")
            }

            let piped = try shop.miniboss("report", "1", "-o", "-", variables: off)
            #expect(piped.code == 0)
            let isSame = piped.output == page
            #expect(isSame)

            struct Place: Decodable {
                var path: String
                var run: Int
            }
            let place: Place = try shop.decoded(shop.miniboss("report", "--json", "-o", "other.html", variables: off))
            #expect(place.path == "\(shop.directory)/other.html" && place.run == 1)
        }
    }

    @Test("what can't be written or is not there is said, with what to do; a file that was there stays as it was")
    func refusals() async throws {
        try await withWorkshop(Self.services, list: "Bad(), Web()") { shop in
            #expect(try shop.miniboss("start").code == 1)
            let nowhere = try shop.miniboss("report", "-o", "no/such/place.html")
            #expect(nowhere.code == 1)
            #expect(nowhere.errors.contains("can't write \(shop.directory)/no/such/place.html: No such file or directory"))
            #expect(nowhere.errors.contains("-o FILE"))
            let missing = try shop.miniboss("report", "99")
            #expect(missing.code == 64)
            #expect(missing.errors.contains("there is no run 99"))
            #expect(try shop.miniboss("report", "0").code == 64)
            #expect(try shop.miniboss("report", "--json", "-o", "-").code == 64)
            #expect(access("\(shop.directory)/report.html", F_OK) != 0)
        }
    }
}
