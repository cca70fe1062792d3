extension GroupState {
    /// The members and those that left the group and may still have a container, each with all it needs or needed.
    public var everyone: [RunStarted.Member] {
        var places: [String: Int] = [:]
        var found: [RunStarted.Member] = []
        for member in members + former {
            if let place = places[member.name] {
                found[place].dependencies += member.dependencies.filter { !found[place].dependencies.contains($0) }
            } else {
                places[member.name] = found.count
                found.append(member)
            }
        }
        return found
    }

    /// What is to be remembered beside these members, the new ones: who is defined no more and still has a container, and the
    /// members that needed such a one.
    func former(besides members: [RunStarted.Member]) -> [RunStarted.Member] {
        // As at most starts: nobody has left.
        if former.isEmpty, self.members == members { return [] }
        let defined = Set(members.map(\.name))
        let known = everyone
        let gone = Set(known.map(\.name)).subtracting(defined).filter { services[$0]?.containerID != nil }
        return known.compactMap { member in
            if gone.contains(member.name) { return member }
            var member = member
            member.dependencies = member.dependencies.filter(gone.contains)
            return defined.contains(member.name) && !member.dependencies.isEmpty ? member : nil
        }
    }
}
