import Foundation
import Media
import Raster
import Testing

struct OverlayTests {
    private let names = ["road", "car", "sky"]

    private func writer(_ path: String, width: Int, height: Int) throws -> OverlayWriter {
        try OverlayWriter(
            path: path, width: width, height: height, classNames: names, palette: Palette(classNames: names),
            shownClasses: [0, 1, 2, 99], averageFrameRate: 25)
    }

    /// The left half is road, the right half sky.
    private func halves(width: Int, height: Int) -> LabelMap {
        LabelMap(width: width, height: height, labels: (0..<width * height).map { $0 % width < width / 2 ? 0 : 2 })
    }

    @Test func laysColorsOverThePictureAndKeepsItsTimes() throws {
        try withFolder { folder in
            let path = folder + "/overlay.mp4"
            let times = [0, 0.04, 0.08, 0.5, 0.54, 2, 2.0005, 2.1]
            let writer = try writer(path, width: 160, height: 121)
            for (index, time) in times.enumerated() {
                let image = Image(width: 160, height: 121, filledWith: [40, 200, 120])
                try writer.append(
                    Frame(index: index, time: time, image: image), labels: halves(width: 160, height: 121))
            }
            #expect(try listing(of: folder) == ["overlay.mp4.part"])
            try writer.finish()
            #expect(try listing(of: folder) == ["overlay.mp4"])

            #expect(try countFrames(at: path) == times.count)
            let frames = try readAll(try openFrames(at: path))
            #expect(frames.count == times.count)
            // The file counts 60000 ticks a second.
            #expect(zip(frames, times).allSatisfy { abs($0.time - $1) < 1e-4 }, "\(frames.map(\.time))")
            let image = try #require(frames.last).image
            #expect(image.width == 160)
            // 121 rows of picture, 3 + 10 rows of legend for one line of names, made even; 160 pixels hold three.
            #expect(image.height == 134)
            // x264 at this quality keeps flat areas within a few levels.
            #expect(difference(image.color(x: 40, y: 60), [(40 + 128) / 2, (200 + 64) / 2, (120 + 128) / 2]) <= 6)
            #expect(difference(image.color(x: 120, y: 60), [(40 + 70) / 2, (200 + 130) / 2, (120 + 180) / 2]) <= 6)
            // The middle of the first box: chroma of the grey band bleeds in.
            let box = image.color(x: 7, y: 121 + 6)
            #expect(difference(box, [128, 64, 128]) <= 24, "\(box)")
            // The first letter, r, has a stem of white dots in a grey band; x264 softens both.
            let (stem, gap) = (image.color(x: 15, y: 121 + 6)[1], image.color(x: 17, y: 121 + 9)[1])
            #expect(stem > 130 && gap < 100, "\(stem), \(gap)")
        }
    }

    @Test(arguments: [(1, 1), (2, 3), (33, 17), (322, 242)]) func takesEverySize(width: Int, height: Int) throws {
        try withFolder { folder in
            let writer = try writer(folder + "/a.mp4", width: width, height: height)
            let image = Image(width: width, height: height, filledWith: [90, 90, 90])
            try writer.append(Frame(index: 0, time: 0, image: image), labels: halves(width: width, height: height))
            try writer.finish()
            let frames = try readAll(try openFrames(at: folder + "/a.mp4"))
            #expect(frames.count == 1)
            #expect(frames.first?.image.width == width + width % 2)
        }
    }

    @Test func leavesNothingUnfinished() throws {
        try withFolder { folder in
            do {
                let writer = try writer(folder + "/a.mp4", width: 64, height: 48)
                let image = Image(width: 64, height: 48, filledWith: [90, 90, 90])
                try writer.append(Frame(index: 0, time: 0, image: image), labels: halves(width: 64, height: 48))
            }
            #expect(try listing(of: folder).isEmpty)
            #expect(throws: MediaError.self) { try writer(folder + "/a.mp4", width: 64, height: 48).finish() }
            #expect(try listing(of: folder).isEmpty)
            #expect(throws: MediaError.self) { try writer(folder + "/no/a.mp4", width: 64, height: 48) }
            #expect(throws: MediaError.self) { try writer(folder + "/a.mp4", width: 0, height: 48) }
            #expect(throws: MediaError.self) { try writer(folder + "/a.mp4", width: 64, height: 1 << 40) }
            #expect(try listing(of: folder).isEmpty)
        }
    }

    @Test func refusesOtherSizes() throws {
        try withFolder { folder in
            let image = Image(width: 32, height: 48, filledWith: [90, 90, 90])
            #expect {
                try writer(folder + "/a.mp4", width: 64, height: 48)
                    .append(Frame(index: 3, time: 0, image: image), labels: halves(width: 64, height: 48))
            } throws: {
                "\($0)".contains("frame 3") && "\($0)".contains("expected 64×48 pixels, found 32×48")
            }
            let large = Image(width: 64, height: 48, filledWith: [90, 90, 90])
            #expect {
                try writer(folder + "/a.mp4", width: 64, height: 48)
                    .append(Frame(index: 3, time: 0, image: large), labels: halves(width: 32, height: 48))
            } throws: {
                "\($0)".contains("labels of frame 3")
            }
        }
    }

    @Test func survivesSenselessTimes() throws {
        try withFolder { folder in
            let writer = try writer(folder + "/a.mp4", width: 64, height: 48)
            let image = Image(width: 64, height: 48, filledWith: [90, 90, 90])
            for (index, time) in [0, .nan, 1, 0.5, .infinity, 1e300, 2].enumerated() {
                try writer.append(Frame(index: index, time: time, image: image), labels: halves(width: 64, height: 48))
            }
            try writer.finish()
            #expect(try readAll(try openFrames(at: folder + "/a.mp4")).count == 7)
        }
    }
}
