import Reconciler
import Testing

@testable import MinibossKit

@Suite struct ContextValueTests {
    @Test("Literals fit, and survive the way to the ledger's model and back")
    func literals() {
        let value: MinibossKit.ContextValue = ["a": 1, "b": [true, 1.5, "x\(1)"], "c": nil, "d": [nil]]
        #expect(MinibossKit.ContextValue(model: value.model) == value)
        #expect(value.description == #"{"a":1,"b":[true,1.5,"x1"],"c":null,"d":[null]}"#)
        #expect(value["a"]?.int == 1)
        #expect(value["b"]?.array?.first?.bool == true)
        #expect(value["c"]?.string == nil)
    }

    @Test("A secret may be a literal of several kinds, as any value may")
    func secretLiterals() {
        // No run goes on, so nothing is written: that it compiles is the test.
        Context.setSecret("login", ["name": "x", "id": 42, "tags": [1, "two", nil]])
        Context.setSecret("numbers", [1, 2])
        Context.setSecret("text", "a\(1)")
        #expect(Context.keys.isEmpty)
    }

    @Test("Typed reading gives nil for another kind")
    func typed() {
        #expect(String(contextValue: "x") == "x")
        #expect(String(contextValue: 1) == nil)
        #expect(Int(contextValue: .double(3)) == 3)
        #expect(Double(contextValue: 3) == 3)
        #expect([Int](contextValue: [1, 2]) == [1, 2])
        #expect([Int](contextValue: [1, "2"]) == nil)
        #expect([String: Bool](contextValue: ["a": true]) == ["a": true])
    }

    @Test func trimmed() {
        #expect(" 42 \n\r\n".trimmed == "42")
        #expect(" \n".trimmed == "")
    }
}
