import CCurl

/// What runs on the curl thread: the multi handle and its transfers, touched by no other thread.
final class CurlLoop {
    private let multi: UnsafeMutableRawPointer
    private let mailbox: CurlMailbox
    /// Holds every transfer while libcurl has pointers to it.
    private var transfers: [ObjectIdentifier: CurlTransfer] = [:]
    /// Stands still while the machine sleeps: an engine that slept, too, is not late.
    private let clock = SuspendingClock()

    /// What is said of a head that did not come within its deadline.
    static let overdue = "no answer in time"

    init(multi: UnsafeMutableRawPointer, mailbox: CurlMailbox) {
        self.multi = multi
        self.mailbox = mailbox
    }

    func run() {
        while true {
            let (commands, stopping) = mailbox.drain()
            for command in commands { obey(command) }
            if stopping { break }
            var running: Int32 = 0
            ccurl_multi_perform(multi, &running)
            collectFinished()
            ccurl_multi_poll(multi, expireHeads())
        }
        for transfer in Array(transfers.values) {
            drop(transfer, .failure(transfer.exchange.error(.cancelled, "the client has been shut down")))
        }
        for case .add(let exchange) in mailbox.close(multi) {
            exchange.finish(.failure(exchange.error(.cancelled, "the client has been shut down")))
        }
    }

    private func obey(_ command: CurlMailbox.Command) {
        switch command {
        case .add(let exchange):
            let transfer: CurlTransfer
            do {
                transfer = try CurlTransfer(exchange: exchange, now: clock.now)
            } catch {
                exchange.finish(.failure(error))
                return
            }
            transfers[ObjectIdentifier(exchange)] = transfer
            let code = ccurl_multi_add_handle(multi, transfer.easy.raw)
            if code != CURLM_OK {
                drop(transfer, .failure(exchange.error(.unreachable(.other), String(cString: ccurl_multi_strerror(code)))))
            }
        case .cancel(let exchange):
            guard let transfer = transfers[ObjectIdentifier(exchange)] else { return }
            drop(transfer, .failure(exchange.error(.cancelled)))
        case .unpause(let exchange):
            guard let transfer = transfers[ObjectIdentifier(exchange)] else { return }
            ccurl_easy_pause(transfer.easy.raw, 0)
        }
    }

    private func collectFinished() {
        var left: Int32 = 0
        while let message = ccurl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let raw = message.pointee.easy_handle else { continue }
            let code = message.pointee.data.result
            guard let transfer = transfers.values.first(where: { $0.easy.raw == raw }) else { continue }
            drop(transfer, transfer.result(of: code))
        }
    }

    /// Fails the transfers whose head is overdue; returns the milliseconds until the next one can be.
    private func expireHeads() -> Int32 {
        var wait = Duration.seconds(60)
        let now = clock.now
        for transfer in Array(transfers.values) {
            guard let due = transfer.headDue, !transfer.exchange.headDelivered else { continue }
            if due <= now {
                drop(transfer, .failure(transfer.exchange.error(.replyLost, Self.overdue)))
            } else {
                wait = min(wait, now.duration(to: due) + .milliseconds(1))
            }
        }
        return Int32(wait.milliseconds)
    }

    private func drop(_ transfer: CurlTransfer, _ result: Result<Void, DockerError>) {
        ccurl_multi_remove_handle(multi, transfer.easy.raw)
        transfers[ObjectIdentifier(transfer.exchange)] = nil
        transfer.free()
        transfer.exchange.finish(result)
    }
}

extension Duration {
    /// Whole milliseconds, rounded down, within `Int32`.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(min(seconds, 2_000_000)) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
