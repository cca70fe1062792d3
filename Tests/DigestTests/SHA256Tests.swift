import Digest
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    /// Vectors of FIPS 180-4's examples and of NIST's CAVP.
    @Test(
        "gives NIST's digests",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ])
    func vectors(message: String, digest: String) {
        #expect(Hex.encode(SHA256.hash(message.utf8)) == digest)
    }

    @Test("digests a million times the letter a")
    func longMessage() {
        var digest = SHA256()
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
        for _ in 0..<1000 { digest.update(piece) }
        #expect(Hex.encode(digest.finalize()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("does not depend on how a message is cut")
    func pieces() {
        for count in [0, 1, 54, 55, 56, 57, 63, 64, 65, 111, 119, 120, 127, 128, 129, 200] {
            let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let whole = SHA256.hash(message)
            for cut in 0...count {
                var digest = SHA256()
                digest.update(message[..<cut])
                // A sequence without contiguous storage takes the other way in.
                digest.update(AnySequence(message[cut...]))
                #expect(digest.finalize() == whole)
            }
        }
    }

    @Test("can go on after a digest was taken")
    func resumes() {
        var digest = SHA256()
        digest.update("ab".utf8)
        _ = digest.finalize()
        digest.update("c".utf8)
        #expect(digest.finalize() == SHA256.hash("abc".utf8))
    }
}
