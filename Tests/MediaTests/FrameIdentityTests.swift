import Foundation
import Media
import Raster
import Testing

/// Which frame of the source a picture is; the clips' pictures tell it by their brightness.
struct FrameIdentityTests {
    /// The number that a picture of a numbered clip tells.
    private func number(_ image: Image) -> Int {
        // Brightness 16 + 5 n of 255; the mean takes compression out.
        let mean = image.pixels.reduce(0) { $0 + Double($1) } / Double(image.pixels.count)
        return Int(((mean - 16) / 5).rounded())
    }

    /// Every container and codec counts its frames as the source does, hidden pictures and frames held back included.
    @Test(arguments: ["numbered.mp4", "numbered.webm", "numbered.avi"])
    func wholeClips(name: String) throws {
        let reader = try openFrames(at: golden(name))
        let frames = try readAll(reader)
        #expect(frames.map(\.index) == Array(0..<40))
        #expect(frames.map { number($0.image) } == Array(0..<40))
        #expect(frames.allSatisfy { $0.missing.isEmpty && !$0.isDamaged && $0.packet != nil })
        #expect(reader.missingAtEnd.isEmpty && reader.damagedPackets == 0)
        #expect(try countFrames(at: golden(name)) == 40)
    }

    @Test func destroyedPacketsShiftNothing() throws {
        let reader = try openFrames(at: golden("holes.mp4"))
        let frames = try readAll(reader)
        #expect(frames.map { number($0.image) } == frames.map(\.index))
        #expect(frames.map(\.index) == Array(8..<24) + Array(32..<40))
        #expect(frames.flatMap(\.missing).map(\.index) == Array(0..<8) + Array(24..<32))
        // Each lost packet is named once.
        #expect(Set(frames.flatMap(\.missing).map(\.packet)) == Set(Array(0..<8) + Array(24..<32)))
        #expect(
            zip(frames, frames.dropFirst()).allSatisfy {
                abs($1.time - $0.time - Double($1.index - $0.index) / 25) < 1e-6
            })
    }

    @Test func emptyPacketsAreFrames() throws {
        let reader = try openFrames(at: golden("empty-packets.avi"))
        let frames = try readAll(reader)
        #expect(frames.map { number($0.image) } == frames.map(\.index))
        #expect(frames.map(\.index) == Array(0..<9) + Array(12..<40))
        #expect(try countFrames(at: golden("empty-packets.avi")) == 40)
    }

    @Test func filesThatBreakOffPromiseMore() throws {
        let reader = try openFrames(at: golden("cut.mkv"))
        let frames = try readAll(reader)
        #expect(frames.count < 30 && frames.map(\.index) == Array(frames.indices))
        #expect(frames.map { number($0.image) } == frames.map(\.index))
        #expect(reader.promisedAtEnd == 40 - frames.count)
    }

    @Test func joinedRecordingsGoOn() throws {
        let frames = try readAll(try openFrames(at: golden("joined.ts")))
        #expect(frames.map(\.index) == Array(0..<80))
        #expect(frames.map { number($0.image) } == Array(0..<40) + Array(0..<40))
        #expect(frames.allSatisfy { abs($0.time - Double($0.index) / 25) < 1e-6 }, "\(frames.map(\.time))")
    }

    /// What is lost is known only by what comes after it, in the order of display.
    @Test func ledgerFollowsDisplay() {
        var ledger = PacketLedger()
        // I P B B P B B, shown as 0 2 3 1 5 6 4.
        for (decoding, presentation) in [0, 3, 1, 2, 6, 4, 5].enumerated() {
            _ = ledger.sent(presentation: Int64(presentation), decoding: Int64(decoding - 1))
        }
        let shown = [0, 3, 1, 1].map { ledger.received($0, delay: 2) }
        #expect(shown.map(\.index) == [0, 2, 3, 4])
        // Packet 2 was to be shown before packet 1; the second picture of packet 1 is a further frame.
        #expect(shown.map(\.missing) == [[], [MissingFrame(index: 1, packet: 2)], [], []])
        #expect(shown.map(\.packet) == [0, 3, 1, nil])
        #expect(ledger.ended().map(\.packet) == [5, 6, 4])
        #expect(ledger.ended().isEmpty)
    }
}
