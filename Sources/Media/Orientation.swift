import CFFmpeg
import Raster

/// How stored pixels are turned and mirrored for display, in quarter turns.
struct Orientation: Equatable {
    /// Columns become rows.
    var transposes = false
    /// The stored column counts from the far side.
    var reversesColumns = false
    /// The stored row counts from the far side.
    var reversesRows = false

    /// As stored.
    static let upright = Orientation()

    /// Makes the orientation of a display matrix of nine numbers, at the nearest quarter turn.
    ///
    /// The matrix takes a stored point (x, y) to (a·x + c·y, b·x + d·y), with y downwards, and begins a, b, u, c, d, v
    /// (libavutil/display.h).
    init(matrix: UnsafePointer<Int32>) {
        let (a, b) = unsafe (Double(matrix[0]), Double(matrix[1]))
        let (c, d) = unsafe (Double(matrix[3]), Double(matrix[4]))
        transposes = abs(b) + abs(c) > abs(a) + abs(d)
        reversesColumns = (transposes ? b : a) < 0
        reversesRows = (transposes ? c : d) < 0
    }

    /// The orientation a frame names, if it does: JPEG pictures do in their Exif data.
    init?(of frame: UnsafePointer<AVFrame>) {
        guard let data = unsafe av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX),
            unsafe data.pointee.size >= 9 * MemoryLayout<Int32>.size
        else { return nil }
        self = unsafe data.pointee.data.withMemoryRebound(to: Int32.self, capacity: 9) {
            unsafe Orientation(matrix: $0)
        }
    }

    private init() {}

    /// Turns a picture for display.
    func apply(to image: Image) -> Image {
        if self == .upright { return image }
        let width = transposes ? image.height : image.width
        let height = transposes ? image.width : image.height
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        var target = 0
        for y in 0..<height {
            for x in 0..<width {
                let column = transposes ? y : x
                let row = transposes ? x : y
                let source =
                    ((reversesRows ? image.height - 1 - row : row) * image.width
                        + (reversesColumns ? image.width - 1 - column : column)) * 3
                pixels[target] = image.pixels[source]
                pixels[target + 1] = image.pixels[source + 1]
                pixels[target + 2] = image.pixels[source + 2]
                target += 3
            }
        }
        return Image(width: width, height: height, pixels: pixels)
    }
}
