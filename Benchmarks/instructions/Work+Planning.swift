import Reconciler

extension Work {
    /// From a definition to steps: check, plan, schedule, templates, differences.
    static let planning: [Work] = [
        Work(name: "check-1000") {
            let group = GroupSpec.generated(services: 1_000, edges: 5_000)
            return { use(group.problems()) }
        },
        Work(name: "graph-10000") {
            let group = GroupSpec.generated(services: 10_000, edges: 50_000)
            return { use(ServiceGraph(group).startOrder) }
        },
        Work(name: "plan-new-1000") {
            let request = PlanRequest.generated(services: 1_000, edges: 5_000, running: false)
            return { use(planStart(request)) }
        },
        Work(name: "plan-running-1000") {
            let request = PlanRequest.generated(services: 1_000, edges: 5_000, running: true)
            return { use(planStart(request)) }
        },
        Work(name: "plan-new-10000") {
            let request = PlanRequest.generated(services: 10_000, edges: 50_000, running: false)
            return { use(planStart(request)) }
        },
        Work(name: "schedule-200") {
            let plan = planStart(PlanRequest.generated(services: 200, edges: 1_000, running: false))
            return {
                var schedule = Schedule(plan)
                var steps = schedule.begin()
                while let step = steps.popLast() {
                    schedule.succeeded(step.id)
                    steps += schedule.begin()
                }
                use(schedule)
            }
        },
        Work(name: "templates-1000") {
            let group = GroupSpec.generated(services: 1_000, edges: 0)
            let context = ContextValues(["user_id": .int(7), "token": .string("abc")], secretKeys: ["token"])
            return { for service in group.services { use(try service.resolved(context)) } }
        },
        Work(name: "differences-1000") {
            let request = PlanRequest.generated(services: 1_000, edges: 0, running: true)
            let pairs = zip(request.desired.services, request.observed.containers).map { ($0, $1) }
            return {
                for (service, container) in pairs {
                    use(differences(desired: service, network: "bench", imageID: "sha256:other", actual: container))
                }
            }
        },
    ]
}
