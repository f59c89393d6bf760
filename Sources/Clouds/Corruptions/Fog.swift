import Foundation
import Raster

/// What fog does to a scan, by the range of each point.
///
/// At range R light comes back with the power ρ · exp(−2αR) / R², where ρ is how well the surface reflects and α is what the fog takes from
/// a metre. A point of less power than ρ = 0.1 has at 120 m in clear air is lost. Some of the lost rays come back from the fog itself,
/// from an exponential distribution of ranges: such points are of no class.
struct Fog {
    /// What the fog takes from a metre: 5 % of contrast is left where one sees no more (Koschmieder, 1924).
    private let extinction: Double

    /// The power of ρ = 0.1 at 120 m in clear air.
    private static let leastPower = 0.1 / (120.0 * 120)
    /// The least that a surface reflects that was seen: scanners round what is dark to 0.
    private static let darkest = 0.05
    /// The share of lost rays at a great range that come back from the fog.
    private static let echoes = 0.5
    /// The least range of these, in metres.
    private static let nearestEcho = 1.0

    /// Takes how far one sees, in metres.
    init(visibility: Double) {
        precondition(visibility > 0, "fog in which one sees \(visibility) m")
        extinction = -log(0.02) / visibility
    }

    /// The points that are left, in their order, and which each was.
    func callAsFunction(
        _ cloud: PointCloud, using generator: inout some RandomNumberGenerator
    ) -> (PointCloud, [Int32]) {
        var kept: [Int32] = []
        // How much nearer the fog's echoes are.
        var shares: [Double] = []
        for point in 0..<cloud.count {
            let range = cloud.isUsable(point) ? (cloud[point] * cloud[point]).sum().squareRoot() : 0
            let reflectance = max(Double(cloud.intensity?[point] ?? 0), Self.darkest)
            let power = reflectance * exp(-2 * extinction * range) / (range * range)
            // Each point draws the same numbers whatever becomes of it.
            let (isEcho, place) = (generator.unit(), generator.unit())
            if range == 0 || power >= Self.leastPower {
                kept.append(Int32(point))
                shares.append(1)
            } else if isEcho < Self.echoes * (1 - exp(-extinction * range)) {
                let reach = 1 - exp(-2 * extinction * range)
                let echo = max(-log(1 - place * reach) / (2 * extinction), Self.nearestEcho)
                kept.append(Int32(point))
                shares.append(min(echo / range, 1))
            }
        }
        let chosen = cloud.selecting(kept)
        let labels = chosen.labels.map { labels in zip(labels, shares).map { $1 < 1 ? noLabel : $0 } }
        let intensity = chosen.intensity.map { intensity in
            intensity.indices.map { point -> Float in
                let place = chosen[point] * shares[point]
                let range = (place * place).sum().squareRoot()
                let brightness = shares[point] < 1 ? Self.darkest : Double(intensity[point])
                return range.isFinite ? Float(brightness * exp(-2 * extinction * range)) : 0
            }
        }
        let moved = chosen.moved { point, place in place * shares[point] }
        return (moved.replacing(intensity: intensity, labels: labels), kept)
    }
}

extension PointCloud {
    fileprivate func replacing(intensity: [Float]?, labels: [UInt16]?) -> PointCloud {
        PointCloud(positions: positions, intensity: intensity, colors: colors, normals: normals, labels: labels)
    }
}
