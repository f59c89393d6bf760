import Methods
import Raster
import Testing

@Suite("The picture's transform")
struct PictureTests {
    /// A wide picture of a value for each column and channel.
    private func picture(width: Int, height: Int, _ value: (Int, Int, Int) -> Int) -> Image {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width { for channel in 0..<3 { pixels.append(UInt8(clamping: value(x, y, channel))) } }
        }
        return Image(width: width, height: height, pixels: pixels)
    }

    @Test("leaves what is even as it is, at every size", arguments: PictureTransform.allCases)
    func evenPictures(transform: PictureTransform) {
        for (width, height) in [(1, 1), (1, 9), (7, 1), (17, 13)] {
            let changed = transform(picture(width: width, height: height) { _, _, channel in 90 + channel })
            #expect(changed.width == width && changed.height == height)
            // Equalisation may move one value, but all alike.
            #expect(Set(changed.pixels).count <= 3)
            if transform != .equalize { #expect(changed.pixels.prefix(3) == [90, 91, 92]) }
        }
    }

    @Test("smoothing weighs 1 2 1 both ways, and repeats the edge")
    func smoothing() {
        let dot = picture(width: 5, height: 5) { x, y, _ in x == 2 && y == 2 ? 160 : 0 }
        let smooth = PictureTransform.smooth(dot)
        func value(_ x: Int, _ y: Int) -> UInt8 { smooth.pixels[3 * (5 * y + x)] }
        #expect(value(2, 2) == 40 && value(1, 2) == 20 && value(1, 1) == 10 && value(0, 0) == 0)
        let corner = PictureTransform.smooth(picture(width: 5, height: 5) { x, y, _ in x + y == 0 ? 160 : 0 })
        #expect(corner.pixels[0] == 90)
        #expect(PictureTransform.smoother(dot) == PictureTransform.smooth(smooth))
    }

    @Test("equalising widens what haze has made narrow, and keeps the order of brightness")
    func equalizing() {
        let hazy = picture(width: 64, height: 48) { x, y, _ in 180 + (x * 7 + y * 3) % 20 }
        let clear = PictureTransform.equalize(hazy)
        func spread(_ image: Image) -> Int { Int(image.pixels.max() ?? 0) - Int(image.pixels.min() ?? 0) }
        #expect(spread(clear) > 2 * spread(hazy))
        let (darkest, brightest) = (
            hazy.pixels.indices.min { hazy.pixels[$0] < hazy.pixels[$1] },
            hazy.pixels.indices.max { hazy.pixels[$0] < hazy.pixels[$1] }
        )
        if let darkest, let brightest { #expect(clear.pixels[darkest] < clear.pixels[brightest]) }
    }

    @Test("kappa is 1 of equal maps, 0 of chance, and 0 where all is one class")
    func chanceCorrected() {
        #expect(kappa([5, 0, 0, 7], classes: 2) == 1)
        #expect(abs(kappa([4, 4, 4, 4], classes: 2)) < 1e-12)
        #expect(kappa([9, 0, 0, 0], classes: 2) == 0)
        #expect(abs(kappa([20, 5, 10, 15], classes: 2) - 0.4) < 1e-12)
    }

    @Test("in doubt, the picture stays as it is")
    func doubt() {
        func best(_ asIs: Double, equalize: Double? = nil, smooth: Double) -> PictureTransform {
            let equalized = equalize.map { [PictureChoice.Candidate(transform: .equalize, agreement: $0)] } ?? []
            return PictureChoice.best(
                of: [.init(transform: .asIs, agreement: asIs)] + equalized
                    + [.init(transform: .smooth, agreement: smooth)])
        }
        #expect(best(0.8, smooth: 0.81) == .asIs)
        #expect(best(0.8, smooth: 0.79) == .asIs)
        #expect(best(0.8, smooth: 0.85) == .smooth)
        #expect(PictureChoice.best(of: []) == .asIs)
        // Under a veil a model in trouble is helped on less evidence, but not against it.
        #expect(best(0.8, equalize: 0.75, smooth: 0.81) == .equalize)
        #expect(best(0.8, equalize: 0.73, smooth: 0.81) == .asIs)
        #expect(best(0.6, equalize: 0.6, smooth: 0.7) == .smooth)
        #expect(best(0.6, equalize: 0.65, smooth: 0.7) == .equalize)
        #expect(best(0.92, equalize: 0.93, smooth: 0.92) == .asIs)
        #expect(best(0.92, equalize: 0.95, smooth: 0.92) == .equalize)
    }

    @Test("equalising is tried on veiled pictures alone", arguments: [(0, false), (33, true), (180, true)])
    func veil(darkest: Int, isTried: Bool) throws {
        let source = try FrozenDecoderTests.source()
        let (width, height) = (FrozenDecoderTests.size.width, FrozenDecoderTests.size.height)
        // A few black pixels, fewer than a hundredth, are the clock that a camera draws.
        let image = picture(width: width, height: height) { x, y, _ in
            x + y < 5 ? 0 : darkest + (x * 7 + y * 3) % 60
        }
        var done: [Int] = []
        let candidates = PictureChoice(source, width: width, height: height)
            .candidates([Frame(index: 0, time: 0, image: image)]) { done.append($0) }
        #expect(candidates.contains { $0.transform == .equalize } == isTried)
        #expect(candidates.count == (isTried ? 5 : 4) && done == [1, 2, 3, 4, 5])
    }
}
