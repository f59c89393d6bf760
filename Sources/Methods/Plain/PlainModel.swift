import Networks
package import Raster

/// The plain model, frame by frame (ISS, image semantic segmentation): what every other method is compared with.
package struct PlainModel: Method {
    /// The method's name.
    package static let name = "iss"

    private let source: SourceModel

    /// Labels with a network as published.
    package init(_ source: SourceModel) { self.source = source }

    /// One: it learns nothing, and a frame tells which classes there are.
    package var warmUpLimit: Int? { 1 }

    package mutating func observe(_ frame: PreparedFrame) -> LabelMap { source.labels(source.encoder(frame.input)) }

    package mutating func freeze(_ report: (MethodEvent) throws -> Void) {}

    package mutating func label(_ frame: PreparedFrame, comparing: Bool) -> [LabelledFrame] {
        let labels = source.labels(source.encoder(frame.input))
        return [LabelledFrame(frame: frame.frame, labels: labels, plain: labels)]
    }

    /// Nothing: frames do not depend on each other.
    package func state() -> MethodState { MethodState(method: Self.name) }

    package mutating func restore(_ state: MethodState) throws { try state.check(Self.name) }
}
