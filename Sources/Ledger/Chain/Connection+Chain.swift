extension Connection {
    /// How many events are in memory at once while a chain is checked.
    private static let pageSize = 512

    /// Checks that the events after `seq` are the unbroken continuation of `seq` (0: of nothing).
    ///
    /// Reads page by page without a transaction around it: what is appended meanwhile is simply checked too.
    ///
    /// - parameter visit: gets each event that was found to be the next link.
    /// - Returns: the report, with a fault where rows can't be read for damage.
    func checkChain(
        after seq: Int = 0, visit: (RecordedEvent) throws(LedgerError) -> Void = { (_) throws(LedgerError) in }
    ) throws(LedgerError) -> ChainReport {
        var report = ChainReport()
        if seq > 0 {
            report.head = try events(EventQuery(after: seq - 1, limit: 1)).first.map { ChainHead(seq: $0.seq, hash: $0.hash) }
        }
        var size = Self.pageSize
        while report.fault == nil {
            let last = report.head?.seq ?? 0
            let page: [RecordedEvent]
            do {
                page = try events(EventQuery(after: last, limit: size))
            } catch {
                guard error.code == .corrupt else { throw error }
                // One by one up to the row that is damaged.
                if size == 1 { report.fault = ChainReport.Fault(seq: last + 1, flaw: .unreadable) }
                size = 1
                continue
            }
            guard !page.isEmpty else { break }
            for event in page {
                report.fault = Self.fault(of: event, after: report.head)
                guard report.fault == nil else { break }
                report.head = ChainHead(seq: event.seq, hash: event.hash)
                report.events += 1
                try visit(event)
            }
        }
        // A seq below 1 can't be reached by going up from 0.
        if seq == 0, report.fault == nil, let stray = try rows("SELECT min(seq) FROM events", as: Self.firstNumber).first,
            let stray, stray < 1
        {
            report.fault = ChainReport.Fault(seq: stray, flaw: .gap(expected: 1))
        }
        return report
    }

    private static func firstNumber(_ row: Statement) -> Int? {
        row.isNull(0) ? nil : row.int(0)
    }

    private static func fault(of event: RecordedEvent, after head: ChainHead?) -> ChainReport.Fault? {
        let expected = (head?.seq ?? 0) + 1
        let flaw: ChainReport.Flaw? =
            if event.seq != expected {
                .gap(expected: expected)
            } else if event.previousHash != head?.hash {
                .previousHash
            } else if event.hash != EventHash.compute(event.draft, seq: event.seq, previousHash: event.previousHash) {
                .hash
            } else {
                nil
            }
        return flaw.map { ChainReport.Fault(seq: event.seq, flaw: $0) }
    }
}

extension LedgerError {
    init(chainBrokenAt seq: Int, path: String) {
        self.init(
            .chainBroken(seq: seq),
            "the hash chain of the ledger at \(path) is broken at event \(seq): a row was changed, damaged or removed.",
            next: "See it with `miniboss doctor`. \(Self.mend(path))")
    }
}
