import Media
import Raster
import Testing

struct ColorTests {
    /// Every clip is filled with RGB 200 100 50.
    ///
    /// Half a level of rounding in Y, Cb and Cr comes to 2 levels in RGB, x264 adds one. For this colour the wrong
    /// range is off by 10 levels or more, BT.601 for BT.709 or the reverse by 9, BT.601 for BT.2020 by 4, so each
    /// clip proves the right ones.
    @Test(arguments: [
        "fill-bt601.mp4", "fill-bt709.mp4", "fill-bt2020.mp4", "fill-full.mp4", "fill-ten.mp4", "fill-untagged.mp4",
        "fill-untagged-hd.mp4", "fill-mjpeg.avi", "pixel.mkv", "resized.ts",
    ])
    func followsTheNamedMatrixAndRange(name: String) throws {
        for frame in try allFrames(of: name) {
            let image = frame.image
            for (x, y) in [(0, 0), (image.width / 2, image.height / 2), (image.width - 1, image.height - 1)] {
                let color = image.color(x: x, y: y)
                #expect(difference(color, [200, 100, 50]) <= 3, "frame \(frame.index) of \(name): \(color)")
            }
        }
    }

    @Test(arguments: [
        ("fill-rgb.mp4", [200, 100, 50]), ("fill-rgba.mov", [200, 100, 50]), ("fill-grey.mkv", [100, 100, 100]),
    ])
    func leavesRGBAndGreyAlone(name: String, color: [Int]) throws {
        let image = try #require(try allFrames(of: name).first).image
        #expect(image.color(x: 0, y: 0) == color)
        #expect(image.color(x: image.width - 1, y: image.height - 1) == color)
    }
}
