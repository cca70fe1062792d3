import Glibc

/// A moment on the wall clock of whoever reads it.
struct CivilTime: Equatable, Sendable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int

    /// Days since 1970-01-01 in the Gregorian calendar.
    var dayNumber: Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Reads `2025-11-24T14:02:07.123Z`; `nil` when the text is no such thing.
    init?(utc text: String) {
        let fields = text.split { !("0"..."9").contains($0) }.compactMap { Int($0) }
        guard fields.count >= 5, text.hasSuffix("Z") else { return nil }
        (year, month, day, hour, minute) = (fields[0], fields[1], fields[2], fields[3], fields[4])
    }

    init(year: Int, month: Int, day: Int, hour: Int, minute: Int) {
        (self.year, self.month, self.day, self.hour, self.minute) = (year, month, day, hour, minute)
    }

    /// Midnight of a day that is counted from 1970-01-01; the inverse of `dayNumber`.
    init(dayNumber: Int) {
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month, day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, hour: 0,
            minute: 0)
    }

    /// A Unix time in the zone of this machine.
    init(local epoch: Int) {
        var seconds = time_t(epoch)
        var parts = tm()
        localtime_r(&seconds, &parts)
        self.init(
            year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday), hour: Int(parts.tm_hour),
            minute: Int(parts.tm_min))
    }

    /// Unix seconds, read as UTC, to the minute.
    var epoch: Int { (dayNumber * 24 + hour) * 3600 + minute * 60 }

    static var now: CivilTime { CivilTime(local: time(nil)) }

    /// `today 14:02`, `yesterday 14:02`, `3 Nov 14:02`, and with the year when it is another one.
    func words(now: CivilTime) -> String {
        let clock = "\(twoDigits(hour)):\(twoDigits(minute))"
        switch now.dayNumber - dayNumber {
        case 0: return "today \(clock)"
        case 1: return "yesterday \(clock)"
        default:
            let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
            let name = months.indices.contains(month - 1) ? months[month - 1] : "?"
            return year == now.year ? "\(day) \(name) \(clock)" : "\(day) \(name) \(year)"
        }
    }
}

/// An instant of the ledger as the reader's own clock showed it.
func shownTime(_ at: String, now: CivilTime) -> String {
    guard let moment = CivilTime(utc: at) else { return at }
    return CivilTime(local: moment.epoch).words(now: now)
}

private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
