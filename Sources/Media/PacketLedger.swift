package import Raster

/// Tells which frame of the source a picture is, and which frames gave no picture.
///
/// Each packet stands for a frame, whether or not its decoder makes a picture of it. Packets come in the order of decoding and
/// pictures in that of display; by a packet's presentation time it is known whose place was before a picture's. Where time starts
/// anew (joined recordings) what came before stays before.
package struct PacketLedger {
    /// A packet that is not accounted for yet.
    private struct Pending {
        let number: Int
        /// The place in the order of display: the stretch of time, and the time in it.
        let stretch: Int
        let time: Int64
        /// Whether its time of presentation is known.
        let isTimed: Bool
    }

    /// What a decoded picture is.
    package struct Place: Equatable {
        /// The frame's number in the source.
        package let index: Int
        /// The packet's number; nil if it gave another picture before.
        package let packet: Int?
        /// Frames before it that gave no picture.
        package let missing: [MissingFrame]
    }

    /// How many packets there were.
    package private(set) var packets = 0
    private var pending: [Pending] = []
    private var nextIndex = 0
    private var stretch = 0
    private var lastDecodingTime: Int64?

    /// Begins before the first packet.
    package init() {}

    /// Takes the next packet, in the order of decoding.
    ///
    /// - Parameters:
    ///   - presentation: When it is shown, in ticks; nil if that is not known.
    ///   - decoding: When it is decoded, in ticks; nil if that is not known.
    /// - Returns: its number.
    package mutating func sent(presentation: Int64?, decoding: Int64?) -> Int {
        // Nothing is shown before what was decoded earlier: where it claims to be, time has started anew.
        if let last = lastDecodingTime, let time = presentation ?? decoding, time < last { stretch += 1 }
        lastDecodingTime = decoding ?? lastDecodingTime
        let number = packets
        packets += 1
        pending.append(
            Pending(
                number: number, stretch: stretch, time: presentation ?? Int64(number), isTimed: presentation != nil))
        return number
    }

    /// Takes out a packet that never was to give a picture: one that others refer to, and nobody sees.
    package mutating func hid(_ number: Int) { pending.removeAll { $0.number == number } }

    /// Takes the next picture, in the order of display.
    ///
    /// - Parameters:
    ///   - number: The packet it was made of; what is no packet's number, or that of one that gave a picture before, is taken
    ///     for a further frame.
    ///   - delay: By how many pictures decoding is ahead of display at most, which tells what is lost of packets without times.
    /// - Returns: where it stands.
    package mutating func received(_ number: Int, delay: Int) -> Place {
        guard let position = pending.firstIndex(where: { $0.number == number }) else {
            defer { nextIndex += 1 }
            return Place(index: nextIndex, packet: nil, missing: [])
        }
        let own = pending.remove(at: position)
        let earlier = pending.filter { other in
            guard other.isTimed, own.isTimed else { return other.number + delay < own.number }
            return (other.stretch, other.time) < (own.stretch, own.time)
        }
        let missing = account(for: earlier)
        defer { nextIndex += 1 }
        return Place(index: nextIndex, packet: own.number, missing: missing)
    }

    /// The frames that are left at the end, none of which gave a picture.
    package mutating func ended() -> [MissingFrame] { account(for: pending) }

    private mutating func account(for lost: [Pending]) -> [MissingFrame] {
        guard !lost.isEmpty else { return [] }
        let numbers = Set(lost.map(\.number))
        pending.removeAll { numbers.contains($0.number) }
        let inOrder = lost.sorted { ($0.stretch, $0.time, $0.number) < ($1.stretch, $1.time, $1.number) }
        defer { nextIndex += lost.count }
        return inOrder.enumerated().map { MissingFrame(index: nextIndex + $0, packet: $1.number) }
    }
}
