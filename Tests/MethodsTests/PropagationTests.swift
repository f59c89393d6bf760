import Dense
import Methods
import Raster
import Synchronization
import Tensors
import Testing

/// Where prompts are set, and how masks of both directions are joined; the teacher is a script.
struct PropagationTests {
    /// A teacher whose masks are rectangles; a track moves right by a pixel a frame, backward tracks a row further down.
    final class ScriptedTeacher: Teacher {
        let asked = Mutex<[Prompt]>([])
        let size: (width: Int, height: Int)
        let reach: Int
        let refused: Set<Int>
        let unseen: Set<Int>

        /// Refuses prompts of some classes, and sees no object on some frames but at prompts.
        init(width: Int, height: Int, reach: Int = 1, refusing: Set<Int> = [], unseen: Set<Int> = []) {
            (size, self.reach, refused, self.unseen) = ((width, height), reach, refusing, unseen)
        }

        func finding(at prompt: Prompt) -> Finding {
            asked.withLock { $0.append(prompt) }
            if refused.contains(prompt.classID) {
                return prompt.classID % 2 == 0 ? .nothing(reason: "too even") : .mask(rectangle(0..<0, 0..<0))
            }
            return .mask(
                rectangle(prompt.x - reach..<prompt.x + reach + 1, prompt.y - reach..<prompt.y + reach + 1))
        }

        func rectangle(_ columns: Range<Int>, _ rows: Range<Int>) -> Mask {
            MethodsTests.rectangle(columns, rows, width: size.width, height: size.height)
        }

        let name = "script"
        let model: TeacherModel? = nil

        func makeTracker(over frames: [WarmUpFrame]) -> any Tracker { ScriptedTracker(teacher: self) }
    }

    struct ScriptedTracker: Tracker {
        let teacher: ScriptedTeacher
        var frame: Int?
        var isBackward = false
        var prompted: [Int: (start: Int, mask: Mask)] = [:]
        var tracks: [Int: (start: Int, mask: Mask)] = [:]

        mutating func advance(to frame: Int) -> [Int: Finding] {
            if let last = self.frame { precondition(frame - last == (isBackward ? -1 : 1), "from \(last) to \(frame)") }
            self.frame = frame
            tracks.merge(prompted.filter { $0.value.start == frame }) { _, new in new }
            if teacher.unseen.contains(frame) { return tracks.mapValues { _ in .nothing(reason: "fog") } }
            return tracks.mapValues { track in .mask(shifted(track.mask, by: frame - track.start)) }
        }

        mutating func start(_ prompt: Prompt) -> Finding {
            precondition(prompt.frame == frame, "a prompt of frame \(prompt.frame) on frame \(frame ?? -1)")
            let finding = teacher.finding(at: prompt)
            if case .mask(let mask) = finding, !mask.isEmpty {
                prompted[prompt.object] = (prompt.frame, mask)
                tracks[prompt.object] = prompted[prompt.object]
            }
            return finding
        }

        mutating func start(_ masks: [Int: Mask], on frame: Int) {
            for (object, mask) in masks { tracks[object] = (frame, mask) }
        }

        mutating func turnBack(at frame: Int, masks: [Int: Mask]) -> [Int: Finding] {
            (self.frame, isBackward) = (frame, true)
            tracks = masks.mapValues { (frame, $0) }
            // A row down on this frame already, to be told from the way forward.
            return masks.mapValues { .mask(shifted($0, by: 0, down: 1)) }
        }

        /// Back in time a row down besides, so that both copies can be told apart.
        private func shifted(_ mask: Mask, by frames: Int, down rows: Int? = nil) -> Mask {
            let rows = rows ?? (frames < 0 ? 1 : 0)
            var pixels = [Bool](repeating: false, count: mask.width * mask.height)
            mask.forEach { index in
                let (x, y) = (index % mask.width + frames, index / mask.width + rows)
                if x >= 0, x < mask.width, y < mask.height { pixels[y * mask.width + x] = true }
            }
            return Mask(width: mask.width, height: mask.height, pixels)
        }
    }

    private let size = (width: 30, height: 20)

    /// A frame of class 0 with reliability 0.1 and single pixels of other classes.
    private func frame(_ peaks: [(label: Int, x: Int, y: Int, reliability: Double)]) -> WarmUpFrame {
        handMadeFrame(width: size.width, height: size.height, classes: 5) { x, y in
            let peak = peaks.first { ($0.x, $0.y) == (x, y) }
            return peak.map { ($0.label, $0.reliability) } ?? (0, x + y == 0 ? 0 : 0.1)
        }
    }

    @Test("the peaks of classes, the most reliable first, the first pixel of equal ones")
    func peaks() {
        let peaks = reliabilityPeaks(
            labels: [2, 2, 0, 0, 3, 3], reliability: [0.2, 0.9, 0.9, 0.9, 0, 0], classes: 5)
        #expect(peaks.map(\.classID) == [0, 2, 3])
        #expect(peaks.map(\.pixel) == [2, 1, 4])
        #expect(peaks.map(\.reliability) == [0.9, 0.9, 0])
        #expect(reliabilityPeaks(labels: [], reliability: [], classes: 3).isEmpty)
    }

    @Test("prompts are the peaks that reach the threshold")
    func threshold() throws {
        let teacher = ScriptedTeacher(width: size.width, height: size.height)
        let frame = frame([(1, 4, 4, 0.85), (2, 20, 4, 0.95), (3, 4, 15, 0.75), (2, 25, 15, 0.9)])
        let tracks = try propagate([frame], teacher: teacher, options: .paper, progress: { _ in })
        #expect(tracks.prompts.map(\.classID) == [2, 1])
        #expect(tracks.prompts.map(\.object) == [0, 1])
        #expect(tracks.prompts.map(\.x) == [20, 4])
        #expect(tracks.prompts.map(\.y) == [4, 4])
        #expect(abs((tracks.prompts.first?.reliability ?? 0) - 0.95) < 1e-3)
        #expect(tracks.masks[0] == [0: teacher.rectangle(19..<22, 3..<6), 1: teacher.rectangle(3..<6, 3..<6)])
    }

    /// The first mask reaches column 11; by 5 pixels more, 16 is covered and 17 is not.
    @Test("a track keeps prompts away by its dilation", arguments: [(16, false), (17, true)])
    func dilation(x: Int, prompted: Bool) throws {
        let teacher = ScriptedTeacher(width: size.width, height: size.height)
        let same = try propagate(
            [frame([(1, 10, 10, 0.95), (2, x, 10, 0.9)])], teacher: teacher, options: .paper, progress: { _ in })
        #expect(same.prompts.contains { $0.classID == 2 } == prompted, "on the same frame")
        // The track has moved on by one.
        let next = try propagate(
            [frame([(1, 10, 10, 0.95)]), frame([(2, x + 1, 10, 0.9)])], teacher: teacher, options: .paper,
            progress: { _ in })
        #expect(next.prompts.contains { $0.classID == 2 } == prompted, "on the next frame")
    }

    @Test("a grid prompts everywhere that no track covers, however unreliable, the most reliable first")
    func grid() throws {
        let (width, height) = (48, 32)
        let frame = handMadeFrame(width: width, height: height, classes: 5) { x, y in
            (x, y) == (13, 9) ? (3, 0.9) : (x / 24, 0.1)
        }
        let teacher = ScriptedTeacher(width: width, height: height, reach: 0)
        var options = DiTTAOptions.paper
        (options.prompts, options.promptDilation, options.maximumObjects) = (.grid, 0, 1000)
        let all = try propagate([frame], teacher: teacher, options: options, progress: { _ in }).prompts
        #expect(all.count == 256 && Set(all.map { $0.y * width + $0.x }).count == 256)
        #expect(Set(all.map(\.x)) == Set((0..<16).map { (2 * $0 + 1) * 3 / 2 }))
        #expect(Set(all.map(\.y)) == Set((0..<16).map { 2 * $0 + 1 }))
        #expect(all.first.map { [$0.x, $0.y, $0.classID] } == [13, 9, 3])
        #expect(all.dropFirst().allSatisfy { $0.classID == $0.x / 24 && $0.reliability < options.promptThreshold })
        // Tracks keep prompts away here, too, and so does the most objects a video may have.
        options.promptDilation = 4
        let few = try propagate([frame, frame], teacher: teacher, options: options, progress: { _ in }).prompts
        #expect((10..<128).contains(few.count { $0.frame == 0 }))
        options.maximumObjects = 7
        #expect(try propagate([frame], teacher: teacher, options: options, progress: { _ in }).prompts.count == 7)
    }

    @Test("refused and empty masks start nothing and use no number up")
    func refusal() throws {
        let teacher = ScriptedTeacher(width: size.width, height: size.height, refusing: [1, 2])
        let frame = frame([(1, 4, 4, 0.99), (2, 20, 4, 0.95), (3, 4, 15, 0.9)])
        let tracks = try propagate([frame], teacher: teacher, options: .paper, progress: { _ in })
        #expect(teacher.asked.withLock { $0.map(\.classID) } == [1, 2, 3])
        #expect(tracks.prompts.map(\.classID) == [3])
        #expect(tracks.prompts.map(\.object) == [0])
        #expect(tracks.masks[0].keys.sorted() == [0])
        #expect(tracks.refusals.map(\.prompt.classID) == [1, 2])
        #expect(tracks.refusals.map(\.prompt.x) == [4, 20])
        #expect(tracks.refusals.map(\.reason) == ["its mask is empty", "too even"])
    }

    @Test("no more objects than allowed, over all frames")
    func maximum() throws {
        let teacher = ScriptedTeacher(width: size.width, height: size.height)
        var options = DiTTAOptions.paper
        options.maximumObjects = 3
        let peaks = [(1, 3, 3, 0.99), (2, 25, 3, 0.95)]
        let later = [(3, 3, 16, 0.99), (4, 25, 16, 0.95)]
        let tracks = try propagate(
            [frame(peaks), frame(later), frame(later)], teacher: teacher, options: options, progress: { _ in })
        #expect(tracks.prompts.map(\.classID) == [1, 2, 3])
        #expect(Set(tracks.masks.flatMap(\.keys)) == [0, 1, 2])
    }

    @Test("forward and backward masks are joined before the prompt only")
    func merge() throws {
        let teacher = ScriptedTeacher(width: size.width, height: size.height)
        // Object 0 starts on frame 1, object 1 on frame 2; frame 3 has no prompt.
        let frames = [frame([]), frame([(1, 8, 5, 0.9)]), frame([(2, 20, 12, 0.9)]), frame([])]
        let tracks = try propagate(frames, teacher: teacher, options: .paper, progress: { _ in })
        #expect(tracks.prompts.map(\.frame) == [1, 2])
        let expected: [[Int: Mask]] = [
            [0: teacher.rectangle(6..<9, 5..<8), 1: teacher.rectangle(17..<20, 12..<15)],
            // Its own frame: the forward copy alone. The other was carried back.
            [0: teacher.rectangle(7..<10, 4..<7), 1: teacher.rectangle(18..<21, 12..<15)],
            // Here the way back begins, which finds the other object a row down.
            [0: teacher.rectangle(8..<11, 4..<8), 1: teacher.rectangle(19..<22, 11..<14)],
            [0: teacher.rectangle(9..<12, 4..<7), 1: teacher.rectangle(20..<23, 11..<14)],
        ]
        #expect(tracks.masks == expected)
    }

    @Test("between an object's prompt and the last one both directions are joined")
    func mergeBetween() throws {
        let teacher = ScriptedTeacher(width: size.width, height: size.height)
        let frames = [frame([(1, 8, 5, 0.9)]), frame([]), frame([(2, 20, 12, 0.9)]), frame([])]
        let tracks = try propagate(frames, teacher: teacher, options: .paper, progress: { _ in })
        let forward = teacher.rectangle(8..<11, 4..<7)
        // Set out from the forward mask on frame 2, a column back and a row down.
        let backward = teacher.rectangle(8..<11, 5..<8)
        #expect(tracks.masks[0][0] == teacher.rectangle(7..<10, 4..<7))
        #expect(tracks.masks[1][0] == forward.union(backward))
        #expect(tracks.masks[2][0] == teacher.rectangle(9..<12, 4..<8))
        #expect(tracks.masks[3][0] == teacher.rectangle(10..<13, 4..<7))
    }

    @Test("what is not found is told, once for each way; the other way may find it")
    func absences() throws {
        // Object 0 starts on frame 0, object 1 on frame 2; nothing is seen on frames 1 and 3.
        let teacher = ScriptedTeacher(width: size.width, height: size.height, unseen: [1, 3])
        let frames = [frame([(1, 8, 5, 0.9)]), frame([]), frame([(2, 20, 12, 0.9)]), frame([])]
        let tracks = try propagate(frames, teacher: teacher, options: .paper, progress: { _ in })
        #expect(tracks.absences.map(\.object) == [0, 0, 1, 0, 1])
        #expect(tracks.absences.map(\.frame) == [1, 3, 3, 1, 1])
        #expect(tracks.absences.map(\.direction) == [.forward, .forward, .forward, .backward, .backward])
        #expect(tracks.absences.allSatisfy { $0.reason == "fog" })
        #expect(tracks.masks.map { $0.keys.sorted() } == [[0, 1], [], [0, 1], []])
        #expect(tracks.gaps(of: 0).map(\.frames) == [1..<2, 3..<4])
        #expect(tracks.gaps(of: 1).map(\.reason) == ["fog", "fog"])
        #expect(tracks.refusals.isEmpty)
    }

    @Test("a gap is what neither way found, frames in a row together")
    func gaps() throws {
        let teacher = ScriptedTeacher(width: size.width, height: size.height, unseen: [1, 2, 3])
        let frames = [frame([(1, 8, 5, 0.9)])] + (0..<4).map { _ in frame([]) }
        let tracks = try propagate(frames, teacher: teacher, options: .paper, progress: { _ in })
        #expect(tracks.gaps(of: 0).map(\.frames) == [1..<4])
        // The script goes on as if nothing had been.
        #expect(tracks.masks[4][0] == teacher.rectangle(11..<14, 4..<7))
    }

    @Test("on the way back an object that is not seen at its prompt keeps its prompt's mask")
    func unseenAtPrompt() throws {
        let teacher = ScriptedTeacher(width: size.width, height: size.height, unseen: [1])
        let frames = [frame([]), frame([(1, 8, 5, 0.9)]), frame([(2, 20, 12, 0.9)])]
        let tracks = try propagate(frames, teacher: teacher, options: .paper, progress: { _ in })
        #expect(tracks.masks[1] == [0: teacher.rectangle(7..<10, 4..<7)])
        #expect(tracks.absences.map(\.object) == [1])
    }

    @Test("without prompts there are no objects")
    func none() throws {
        let teacher = ScriptedTeacher(width: size.width, height: size.height)
        let tracks = try propagate([frame([]), frame([])], teacher: teacher, options: .paper, progress: { _ in })
        #expect(tracks.prompts.isEmpty && tracks.masks == [[:], [:]])
    }
}
