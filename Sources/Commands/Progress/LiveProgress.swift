import Glibc
import Reconciler
import Synchronization

/// Live lines on a terminal, redrawn in place at most ten times a second. What hooks print goes above them.
final class LiveProgress: ProgressDisplay {
    private struct State {
        /// Where the picture is drawn: past what catches the hooks' output, while something does.
        var terminal: TextStream
        var view = LiveView()
        /// Widths of the lines on the screen now, to know how many rows they take.
        var drawn: [Int] = []
        var frame = 0
        /// On the clock of the facts, which stands still while the machine sleeps.
        var lastFact: SuspendingClock.Instant?
        var isFinished = false
        var continuations = SignalTrap.continuations
    }

    private let stream: TextStream
    private let captured = Mutex<CapturedOutput?>(nil)
    private let paint: Paint
    private let state: Mutex<State>
    private let redraws = Mutex<Task<Void, Never>?>(nil)

    init(stream: TextStream, paint: Paint) {
        self.stream = stream
        self.paint = paint
        state = Mutex(State(terminal: stream))
        if let output = CapturedOutput(drawingOn: stream, show: { [weak self] text in self?.show(text) }) {
            state.withLock { $0.terminal = output.terminal }
            captured.withLock { $0 = output }
        }
        let task = Task { [weak self] in
            while !Task.isCancelled, let display = self {
                display.redraw()
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        redraws.withLock { $0 = task }
    }

    func recorded(_ fact: RecordedFact) {
        state.withLock { state in
            state.view.apply(fact)
            state.lastFact = .now
        }
    }

    func remark(service: String?, _ text: String) {
        state.withLock { $0.view.remark(service: service, text) }
    }

    func interrupted() {
        state.withLock { $0.view.isInterrupted = true }
    }

    func finish() {
        redraws.withLock { $0.take() }?.cancel()
        captured.withLock { $0.take() }?.end { state.withLock { $0.terminal = stream } }
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            draw(&state, isLast: true)
        }
    }

    /// Text of a hook: whole lines.
    private func show(_ text: [UInt8]) {
        state.withLock { state in
            guard !state.isFinished else { return }
            draw(&state, isLast: false, above: text)
        }
    }

    private func redraw() {
        // What is still in a buffer of the C library; never under the lock, for it is `show` that empties a full pipe.
        StandardStreams.flush()
        state.withLock { state in
            guard !state.isFinished else { return }
            state.frame += 1
            draw(&state, isLast: false)
        }
    }

    private func draw(_ state: inout State, isLast: Bool, above text: [UInt8] = []) {
        let size = state.terminal.size ?? (80, 24)
        // After a stop the shell has written below the old picture, which stays: a new one begins here.
        let continuations = SignalTrap.continuations
        if state.continuations != continuations { state.drawn = [] }
        state.continuations = continuations
        // The last column stays free: terminals differ in what they do after writing into it.
        let width = max(8, size.columns - 1)
        let since = state.lastFact.map { SuspendingClock.now - $0 } ?? .zero
        let now = state.view.latest + Int64(since / .nanoseconds(1))
        let lines = state.view.lines(width: width, height: isLast ? nil : size.rows - 1, now: now, frame: state.frame, paint: paint)
        let rows = state.drawn.reduce(0) { $0 + max(1, ($1 + size.columns - 1) / size.columns) }
        var out = rows > 0 ? "\r\u{1B}[\(rows)A" : "\r"
        // Line by line: cleared from the screen's first line on, the old picture would go to the scrollback of tmux.
        out += String(decoding: text, as: UTF8.self).replacing("\n", with: "\u{1B}[K\n")
        for line in lines { out += line + "\u{1B}[K\n" }
        out += "\u{1B}[J"
        let plain = Paint(isOn: false)
        state.drawn = state.view.lines(width: width, height: isLast ? nil : size.rows - 1, now: now, frame: state.frame, paint: plain)
            .map(DisplayWidth.of)
        if !lines.isEmpty || !text.isEmpty { state.terminal.attempt(out) }
    }
}
