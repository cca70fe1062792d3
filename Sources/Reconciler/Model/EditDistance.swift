/// The candidate nearest to `word`, if one is near enough to be meant.
///
/// Near enough: at most a third of the word's length in edits, and at least one edit is always allowed.
public func nearestName(to word: String, among candidates: some Sequence<String>) -> String? {
    candidates
        .map { (name: $0, distance: editDistance(word.lowercased(), $0.lowercased())) }
        .filter { $0.distance <= max(1, word.count / 3) && $0.distance < word.count }
        .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment).
public func editDistance(_ left: String, _ right: String) -> Int {
    let a = Array(left)
    let b = Array(right)
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1] + [Int](repeating: 0, count: b.count)
        for j in b.indices {
            row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
            }
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
