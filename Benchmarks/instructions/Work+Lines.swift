import Commands
import Reconciler

extension Work {
    /// From events to what is shown.
    static let lines: [Work] = [
        Work(name: "json-lines-1000") {
            let facts = RecordedFact.life(runs: 100)
            return { for fact in facts { use(JSON(fact).text) } }
        },
        Work(name: "plain-lines-1000") {
            let facts = RecordedFact.life(runs: 100)
            return {
                var story = PlainStory()
                for fact in facts { use(story.line(fact)) }
            }
        },
    ]
}
