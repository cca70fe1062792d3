extension ServiceGraph {
    /// The services in layers, each as early as its dependencies allow: layer 0 needs nobody, layer n needs one of layer n - 1.
    ///
    /// In a layer they stand in the order of definition. Services of a cycle, which no sound definition has, form a last layer.
    public var layers: [[String]] {
        var depth = [Int](repeating: 0, count: names.count)
        let order = startIndexes
        for index in order {
            depth[index] = dependencies[index].map { depth[$0] + 1 }.max() ?? 0
        }
        var layers = [[String]](repeating: [], count: (order.map { depth[$0] }.max() ?? -1) + 1)
        let sound = Set(order)
        for index in names.indices where sound.contains(index) { layers[depth[index]].append(names[index]) }
        let cyclic = names.indices.filter { !sound.contains($0) }
        return cyclic.isEmpty ? layers : layers + [cyclic.map { names[$0] }]
    }
}
