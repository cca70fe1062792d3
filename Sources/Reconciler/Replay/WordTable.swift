/// Finds what a word stands for without making a string of it.
struct WordTable<Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        let word: [UInt8]
        let value: Value
    }

    private var entries: [Entry] = []
    /// The place in `entries` plus one; 0 where there is none.
    private var slots: [Int]

    init(_ words: [(String, Value)]) {
        slots = Array(repeating: 0, count: 1 << (words.count.bitWidth - words.count.leadingZeroBitCount + 2))
        for (word, value) in words {
            entries.append(Entry(word: Array(word.utf8), value: value))
            var slot = Array(word.utf8).withUnsafeBufferPointer { Self.hash($0) } & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = entries.count
        }
    }

    subscript(bytes: UnsafeBufferPointer<UInt8>) -> Value? {
        var slot = Self.hash(bytes) & (slots.count - 1)
        while slots[slot] != 0 {
            let entry = entries[slots[slot] - 1]
            if entry.word.count == bytes.count, entry.word.withUnsafeBufferPointer({ $0.elementsEqual(bytes) }) { return entry.value }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt32 = 2_166_136_261
        for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int(hash ^ (hash >> 15))
    }
}

extension WordTable where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// The cases of an enumeration by their stored names.
    init() { self.init(Value.allCases.map { ($0.rawValue, $0) }) }
}
