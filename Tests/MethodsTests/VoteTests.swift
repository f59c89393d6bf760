import Foundation
import Methods
import Raster
import Tensors
import Testing

/// Votes and what they paint, worked out by hand.
struct VoteTests {
    /// Two frames of ten pixels: reliability 0 at the first, then the classes and reliabilities written here.
    private let frames = [
        [(0, 0.0), (0, 0.5), (0, 0.5), (1, 0.8), (1, 0.6), (2, 0.9), (2, 0.9), (2, 0.9), (2, 0.9), (2, 0.9)],
        [(0, 0.0), (0, 0.5), (1, 0.4), (1, 0.4), (2, 0.9), (2, 0.9), (2, 0.9), (2, 0.9), (2, 0.9), (2, 0.9)],
    ].map { pixels in handMadeFrame(width: 10, height: 1, classes: 3) { x, _ in pixels[x] } }

    private func mask(_ columns: Range<Int>) -> Mask { rectangle(columns, 0..<1, width: 10, height: 1) }

    /// Tracks of objects with these masks; what prompted them does not matter to votes.
    private func tracks(_ masks: [[Int: Mask]]) throws -> Tracks {
        let objects = (masks.flatMap(\.keys).max() ?? -1) + 1
        let frame = handMadeFrame(width: 10, height: 1, classes: 10) { x, _ in (x, x < objects ? 0.95 : 0) }
        var options = DiTTAOptions.paper
        options.promptDilation = 0
        var tracks = try propagate(
            [frame], teacher: PropagationTests.ScriptedTeacher(width: 10, height: 1, reach: 0), options: options,
            progress: { _ in })
        precondition(tracks.prompts.count == objects, "\(tracks.prompts.count) prompts of \(objects) objects")
        tracks.masks = masks
        return tracks
    }

    @Test("mean reliability × share^0.3 × absence^0.8")
    func scores() throws {
        // Of 20 pixels 5 are of class 0, 4 of class 1, 11 of class 2. The object has pixels 1...4 of the first frame and
        // 1...2 of the second: classes 0 0 1 1 and 0 1.
        let tracks = try tracks([[0: mask(1..<5)], [0: mask(1..<3)]])
        let standings = standings(tracks, frames, options: .paper)
        let votes = vote(standings)
        let reliabilities = [0.5, (0.8 + 0.6 + 0.4) / 3, 0]
        let (shares, videoShares) = ([0.5, 0.5, 0], [5.0 / 20, 4.0 / 20, 11.0 / 20])
        #expect(standings.count == 1 && standings[0].count == 3)
        // Reliabilities come of logits in single precision.
        for (c, standing) in standings[0].enumerated() {
            let score = reliabilities[c] * pow(shares[c], 0.3) * pow(1 - videoShares[c], 0.8)
            #expect(abs(Double(standing.reliability) - reliabilities[c]) < 1e-4)
            #expect(standing.share == Float(shares[c]) && standing.videoShare == Float(videoShares[c]))
            #expect(abs(Double(standing.score) - score) < 1e-4)
        }
        #expect(votes.map(\.object) == [0])
        #expect(votes.map(\.classID) == [1])
        #expect(votes.map(\.best) == [standings[0][1].score])
    }

    @Test("worst first; objects without a score are left out; of equal ones the later object comes first")
    func order() throws {
        let tracks = try tracks([
            // Class 2 of reliability 0.9; class 1 of 0.8; a pixel of reliability 0; the same as object 0; nothing.
            [0: mask(5..<7), 1: mask(3..<4), 2: mask(0..<1), 3: mask(5..<7), 4: mask(0..<0)],
            [1: mask(2..<4)],
        ])
        let votes = vote(standings(tracks, frames, options: .paper))
        // 0.9 · 0.45^0.8 = 0.475; (0.8 + 0.4 + 0.4) / 3 · 0.8^0.8 = 0.446.
        #expect(votes.map(\.object) == [1, 3, 0])
        #expect(votes.map(\.classID) == [1, 2, 2])
        #expect(votes.map(\.best) == votes.map(\.best).sorted())
    }

    @Test("a class that fills the video has no score")
    func onlyClass() throws {
        let frame = handMadeFrame(width: 10, height: 1, classes: 3) { x, _ in (2, x == 0 ? 0 : 0.9) }
        #expect(vote(standings(try tracks([[0: mask(2..<5)]]), [frame], options: .paper)).isEmpty)
    }

    @Test("exponents come from the options")
    func exponents() throws {
        var options = DiTTAOptions.paper
        (options.shareExponent, options.rarityExponent) = (0, 0)
        let votes = vote(standings(try tracks([[0: mask(3..<5)], [:]]), frames, options: options))
        #expect(abs((votes.first?.best ?? 0) - 0.7) < 1e-4)
    }

    @Test("the best vote wins where masks overlap")
    func painted() throws {
        // Object 0 has class 1 with 0.476; object 1 class 0 with 0.352; object 2 has no pixel that counts.
        let tracks = try tracks([[0: mask(2..<6), 1: mask(1..<3), 2: mask(0..<1)], [1: mask(9..<10)]])
        let votes = vote(standings(tracks, frames, options: .paper))
        #expect(votes.map(\.object) == [1, 0])
        let targets = paint(tracks, votes, width: 10, height: 1)
        let none = noLabel
        let empty = Array(repeating: none, count: 9)
        #expect(targets.map(\.classes.labels) == [[none, 0, 1, 1, 1, 1, none, none, none, none], empty + [0]])
        #expect(targets.map(\.objects.labels) == [[none, 1, 0, 0, 0, 0, none, none, none, none], empty + [1]])
        #expect(
            paint(tracks, [], width: 10, height: 1).allSatisfy {
                $0.classes.labels == empty + [none] && $0.objects == $0.classes
            })
    }
}
