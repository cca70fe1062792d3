/// What names of images, networks, volumes and context keys are made of; all of it is ASCII.
extension UInt8 {
    var isLowercase: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    var isUppercase: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
    var isLowercaseOrDigit: Bool { isLowercase || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isMark: Bool { self == UInt8(ascii: ".") || self == UInt8(ascii: "_") || self == UInt8(ascii: "-") }
}
