import CFFmpeg

/// The types of PNG chunks with compressed data that are none of the picture: a colour profile and texts.
private let compressedMetadata = Set(["iCCP", "zTXt", "iTXt"].map { $0.utf8.reduce(0) { $0 << 8 | Int($1) } })

/// Makes a decoder pass over a PNG picture's profiles and texts, which it would inflate to whatever they grow to.
///
/// Their chunks get a type that no decoder knows, so that nothing else moves. What is no PNG picture stays as it is.
/// Source: PNG specification (third edition), 5.3 and 11.3.
///
/// - Parameter bytes: chunks one after another, with the signature of a file before them or without it.
func hideCompressedMetadata(in bytes: UnsafeMutableBufferPointer<UInt8>) {
    func number(at index: Int) -> Int { unsafe bytes[index..<index + 4].reduce(0) { $0 << 8 | Int($1) } }
    let signature = PictureParts.pngSignature
    var start = unsafe bytes.starts(with: signature) ? signature.count : 0
    // A length, a type and a checksum.
    while start + 12 <= bytes.count {
        if compressedMetadata.contains(number(at: start + 4)) {
            // Small first: not critical. Small second: of nobody's standard.
            for (offset, letter) in "noNe".utf8.enumerated() { unsafe bytes[start + 4 + offset] = letter }
        }
        start += 12 + number(at: start)
    }
}

/// The same for what a container says of a stream: of animated PNG, the chunks before the first picture.
func hideCompressedMetadata(in stream: UnsafeMutablePointer<AVStream>) {
    guard unsafe hasPNGChunks(stream.pointee.codecpar.pointee.codec_id),
        let data = unsafe stream.pointee.codecpar.pointee.extradata
    else { return }
    let count = unsafe Int(stream.pointee.codecpar.pointee.extradata_size)
    unsafe hideCompressedMetadata(in: UnsafeMutableBufferPointer(start: data, count: count))
    // To find out a format FFmpeg would decode pictures as they are in the file; their decoder knows it anyway.
    unsafe stream.pointee.codecpar.pointee.format = AV_PIX_FMT_RGBA.rawValue
}

/// The same for a packet of a codec, which nobody else sees changed.
func hideCompressedMetadata(in packet: UnsafeMutablePointer<AVPacket>, of codec: AVCodecID) {
    guard hasPNGChunks(codec), unsafe av_packet_make_writable(packet) >= 0, let data = unsafe packet.pointee.data else {
        return
    }
    unsafe hideCompressedMetadata(in: UnsafeMutableBufferPointer(start: data, count: Int(packet.pointee.size)))
}

private func hasPNGChunks(_ codec: AVCodecID) -> Bool { codec == AV_CODEC_ID_PNG || codec == AV_CODEC_ID_APNG }
