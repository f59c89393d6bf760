package import Tensors

/// Parameters in a fixed order, each under a name of its own.
package struct ParameterSet: Sendable {
    /// The parameters.
    package let parameters: [Parameter]
    private let places: [String: Int]

    /// Takes parameters whose names are all different.
    package init(_ parameters: [Parameter]) {
        self.parameters = parameters
        places = Dictionary(uniqueKeysWithValues: parameters.enumerated().map { ($1.name, $0) })
    }

    /// The number of parameters.
    package var count: Int { parameters.count }

    /// The names, in order.
    package var names: [String] { parameters.map(\.name) }

    /// The tensors, in order: for a tape and an optimiser.
    package var tensors: [Tensor] { parameters.map(\.tensor) }

    /// The parameter of a name.
    package subscript(name: String) -> Parameter? { places[name].map { parameters[$0] } }

    /// Those that a condition picks, in the same order.
    package func filter(_ isIncluded: (Parameter) -> Bool) -> ParameterSet {
        ParameterSet(parameters.filter(isIncluded))
    }

    /// Those whose names begin with one of these.
    package func under(_ prefixes: String...) -> ParameterSet {
        filter { parameter in prefixes.contains { parameter.name.hasPrefix($0) } }
    }

    /// Scales and shifts of normalisations only.
    package var norms: ParameterSet { filter(\.isNorm) }

    /// The same names with storage of their own: what the values are now.
    package func snapshot() -> ParameterSet {
        ParameterSet(
            parameters.map { Parameter($0.name, $0.tensor.copy(), layout: $0.layout, isNorm: $0.isNorm) })
    }

    /// Sets the parameters that a snapshot has to its values, in place.
    package func restore(_ snapshot: ParameterSet) {
        for (own, saved) in pairs(snapshot) { copyValues(of: saved, to: own) }
    }

    /// Moves the parameters that the other set has towards its values, in place: own · keep + other · (1 - keep).
    package func moveAverage(towards values: ParameterSet, keep: Float) {
        let pairs = pairs(values)
        Training.moveAverage(pairs.map(\.own), towards: pairs.map(\.other), keep: keep)
    }

    /// The tensors of the same names, in this set's order.
    private func pairs(_ other: ParameterSet) -> [(own: Tensor, other: Tensor)] {
        for name in other.names { precondition(places[name] != nil, "no parameter '\(name)'") }
        return parameters.compactMap { parameter in
            guard let twin = other[parameter.name] else { return nil }
            precondition(
                twin.tensor.shape == parameter.tensor.shape,
                "'\(parameter.name)': \(twin.tensor.shape) for \(parameter.tensor.shape)")
            return (parameter.tensor, twin.tensor)
        }
    }
}

extension AdamW {
    /// Moves the parameters, in place, against the gradients on a tape; the same set every time.
    ///
    /// A parameter that no loss depends on has a gradient of zero: its weight still decays.
    package mutating func update(_ parameters: ParameterSet, _ tape: Tape) {
        update(parameters.tensors, gradients: tape.gradients(of: parameters.tensors))
    }
}
