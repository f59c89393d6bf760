import CloudAdaptation
import Foundation
import Networks
import Raster
import Tensors
import TestSupport
import Testing

/// What networks for pictures say of a picture, and where.
struct TeacherTests {
    /// A picture whose red is the column and whose green is the row, as shares of its sides.
    private func coordinates(width: Int, height: Int) -> Image {
        let pixels = (0..<height * width).flatMap { index -> [UInt8] in
            let (x, y) = (index % width, index / width)
            return [UInt8((255 * x + width / 2) / (width - 1)), UInt8((255 * y + height / 2) / (height - 1)), 90]
        }
        return Image(width: width, height: height, pixels: pixels)
    }

    /// The means of cells of an input `[H, W, 3]`: the features of an encoder that knows nothing but where it looks.
    private func means(_ input: Tensor, cell: Int) -> Tensor {
        Resampling(
            rows: .means(of: cell, over: input.shape[0]), columns: .means(of: cell, over: input.shape[1]))(input)
    }

    @Test("features are taken where the picture shows the point", arguments: [(437, 181), (90, 140), (2000, 900)])
    func places(width: Int, height: Int) throws {
        let picture = coordinates(width: width, height: height)
        let dino = DINOv2Encoder(try network("plain")).inputSize(width: width, height: height)
        var segmentation = Preprocessor()
        segmentation.resize = .keepRatio(width: 1248, height: 1248)
        for (name, input, cell) in [
            ("DINOv2", stretched(picture, width: dino.width, height: dino.height), 14),
            ("SAM 2", stretched(picture, width: 1024, height: 1024), 16), ("SegFormer", segmentation(picture), 8),
        ] {
            let features = PictureFeatures(levels: [means(input, cell: cell)], width: width, height: height)
            let u = stride(from: Float(20), to: Float(width - 20), by: 7.3).map(\.self)
            let v = u.indices.map { 20 + Float($0 * 31 % (height - 40)) }
            let found = Tensor(uninitialized: [u.count, 3])
            features.sample(u: u, v: v, into: found, at: 0)
            for (index, row) in found.parts.enumerated() {
                let (red, green) = (row.values[0] * 0.229 + 0.485, row.values[1] * 0.224 + 0.456)
                // Eight bits of a side, and half a pixel; half a cell is 4 pixels or more.
                #expect(abs(red * Float(width - 1) - u[index]) < 1 + Float(width) / 500, "\(name) at \(u[index])")
                #expect(abs(green * Float(height - 1) - v[index]) < 1 + Float(height) / 500, "\(name) at \(v[index])")
            }
        }
    }

    private func network(_ name: String) throws -> DINOv2 {
        try withTemporaryFolder { folder in
            try writeSyntheticModel(of: projectRoot + "/Tests/NetworksTests/Golden/dinov2/" + name, to: folder)
            return try DINOv2File(path: folder).load()
        }
    }

    @Test("DINOv2 looks at the nearest multiples of 14, 1246 at most, one size after another")
    func dinoSizes() throws {
        var encoder = DINOv2Encoder(try network("plain"))
        for (size, expected) in [
            ((1242, 375), (1246, 378)), ((1226, 370), (1232, 364)), ((1600, 900), (1246, 700)),
            ((900, 1600), (700, 1246)),
            ((3, 200), (14, 196)),
        ] {
            let found = encoder.inputSize(width: size.0, height: size.1)
            #expect(found.width == expected.0 && found.height == expected.1, "\(size): \(found)")
        }
        let (wide, high) = (coordinates(width: 60, height: 30), coordinates(width: 30, height: 45))
        let first = encoder(wide)
        #expect(first.map(\.shape) == [[2, 4, 128]] && encoder(high).map(\.shape) == [[3, 2, 128]])
        #expect(encoder(wide).map(\.values) == first.map(\.values) && encoder.channels == 128)
    }

    @Test("networks are told apart by what is in them, and each has the channels it says")
    func recognised() throws {
        let golden = projectRoot + "/Tests/NetworksTests/Golden"
        let picture = coordinates(width: 100, height: 50)
        for (name, shapes, side) in [
            ("dinov2/registers", [[4, 7, 128]], 1246), ("sam2/small-2.1", [[32, 32, 32], [16, 16, 128]], 256),
        ] {
            try withTemporaryFolder { folder in
                try writeSyntheticModel(of: golden + "/" + name, to: folder)
                var encoder = try openPictureEncoder(folder)
                let levels = encoder(picture)
                #expect(levels.map(\.shape) == shapes && encoder.side == side)
                #expect(levels.reduce(0) { $0 + $1.columns } == encoder.channels)
            }
        }
        var encoder = try openPictureEncoder(golden + "/nvlabs/small.pth")
        #expect(encoder(picture).map(\.shape) == [[80, 156, 16], [40, 78, 20], [20, 39, 32]])
        #expect(encoder.channels == 68 && encoder.side == 1248)
    }
}
