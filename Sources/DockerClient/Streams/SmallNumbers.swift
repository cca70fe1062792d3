/// A set of small numbers. The first 64, which is what nearly all patterns need, take no memory of their own.
struct SmallNumbers {
    private var low: UInt64 = 0
    private var high: [UInt64]

    init(upTo largest: Int) { high = [UInt64](repeating: 0, count: largest / 64) }

    var isEmpty: Bool { low == 0 && high.allSatisfy { $0 == 0 } }

    func contains(_ number: Int) -> Bool { word(number / 64) >> UInt64(number % 64) & 1 == 1 }

    /// - Returns: whether it is new.
    @discardableResult mutating func insert(_ number: Int) -> Bool {
        guard !contains(number) else { return false }
        if number < 64 { low |= 1 << UInt64(number) } else { high[number / 64 - 1] |= 1 << UInt64(number % 64) }
        return true
    }

    func forEach(_ body: (Int) -> Void) {
        for index in 0...high.count {
            var word = word(index)
            while word != 0 {
                body(index * 64 + word.trailingZeroBitCount)
                word &= word - 1
            }
        }
    }

    private func word(_ index: Int) -> UInt64 { index == 0 ? low : high[index - 1] }
}
