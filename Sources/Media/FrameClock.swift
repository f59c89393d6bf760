import CFFmpeg

/// Tells when each frame is shown, in seconds since the first.
///
/// A frame without a time follows the one before by that one's duration. Time always moves forward: a frame that
/// claims to be earlier than the one before follows it by a millisecond.
package struct FrameClock {
    /// Seconds from the first frame to the present one.
    package private(set) var time = 0.0

    private let secondsPerTick: Double
    private let frameDuration: Double
    private var start: Double?
    private var duration = 0.0

    /// Makes a clock that has not seen a frame.
    package init(secondsPerTick: Double, frameRate: Double) {
        self.secondsPerTick = secondsPerTick.isFinite && secondsPerTick > 0 ? secondsPerTick : 0
        frameDuration = 1 / frameRate
    }

    /// Moves on to the next frame in order of display.
    mutating func advance(to frame: UnsafePointer<AVFrame>) {
        let timestamp = unsafe frame.pointee.best_effort_timestamp
        let ticks = unsafe ditta_frame_duration(frame)
        advance(to: timestamp == ditta_no_timestamp ? nil : timestamp, duration: ticks)
    }

    /// Moves on to a frame with this timestamp, if known, and duration, if positive, in ticks of the time base.
    package mutating func advance(to timestamp: Int64?, duration ticks: Int64) {
        defer { duration = ticks > 0 && secondsPerTick > 0 ? Double(ticks) * secondsPerTick : frameDuration }
        let stated = secondsPerTick > 0 ? timestamp.map { Double($0) * secondsPerTick } : nil
        guard let start else {
            start = stated ?? 0
            return
        }
        let next = stated.map { $0 - start } ?? time + duration
        time = next > time ? next : time + 0.001
    }
}
