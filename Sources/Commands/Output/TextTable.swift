/// Rows of cells under a header, columns two spaces apart, the last one free.
struct TextTable {
    var header: [String]
    var rows: [[String]] = []
    /// Columns whose cells stand at the right.
    var rightAligned: Set<Int> = []
    /// Whether the last column goes on in further lines where it is too long; else it is cut.
    var wraps = false
    /// The column whose cells are cut first where the others would find no room.
    var yields: Int?

    /// The lines of the table, none wider than `width`; `nil` leaves them as long as they are, for pipes.
    func lines(width: Int?) -> [String] {
        var all = [header] + rows
        var widths = header.indices.map { column in all.map { $0.indices.contains(column) ? DisplayWidth.of($0[column]) : 0 }.max() ?? 0 }
        if let yields, let width {
            let missing = widths.dropLast().map { $0 + 2 }.reduce(-2, +) - width
            let least = max(DisplayWidth.of(header[yields]), 8)
            if missing > 0, widths[yields] > least {
                widths[yields] = max(least, widths[yields] - missing)
                for row in all.indices { all[row][yields] = DisplayWidth.cut(all[row][yields], to: widths[yields]) }
            }
        }
        return all.enumerated().flatMap { index, row in
            if wraps, let last = row.last {
                let head = row.indices.dropLast().map { DisplayWidth.padded(row[$0], to: widths[$0]) + "  " }.joined()
                // The name of a column that stands below the others has no place.
                let fits = index > 0 || DisplayWidth.of(head + last) <= width ?? .max
                return LabelledText.hanging(head, fits ? last : "", width: width)
            }
            let cells = row.enumerated().map { column, cell in
                if column == row.count - 1, !rightAligned.contains(column) { return cell }
                return rightAligned.contains(column)
                    ? DisplayWidth.paddedLeft(cell, to: widths[column]) : DisplayWidth.padded(cell, to: widths[column])
            }
            let line = cells.joined(separator: "  ").trimmedAtEnd
            return [width.map { DisplayWidth.cut(line, to: $0) } ?? line]
        }
    }
}

extension String {
    var trimmedAtEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
