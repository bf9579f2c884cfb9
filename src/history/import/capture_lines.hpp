// Captures of cryptofeed in JSON lines, line by line what the catalog keeps of it; those of Binance are read as
// recordings (capture_binance.hpp). Of a line `t` says what it is: header (which exchange), http, connect, send, recv;
// `data` of a recv is a message as it came, `ts` when, unix seconds, `conn` over which connection. Form: cryptofeed
// 2.x, format 2, and its sample data, read 2026-11. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "history/import/book_checksums.hpp"
#include "history/import/capture_connections.hpp"
#include "history/import/capture_decoder.hpp"
#include "history/import/row_reader.hpp"
#include "recording/byte_source.hpp"
#include "recording/line_reader.hpp"

namespace acts::history {

// By its first line, the header.
bool is_capture_lines(std::string_view head);
// What that says of the exchange ("OKX"). Errors: kUsage, in one line: a form or exchange that is not read so.
Result<std::string> exchange_of_capture(std::string_view path, std::string_view head);

// How many messages of a capture the catalog has no kind for, by what they are.
class LeftOut {
 public:
  static constexpr std::size_t kMostNamed = 16;  // the rest is counted as "others"
  void add(std::string_view what);
  // "88 kline, 24 subscribe"; empty without any.
  [[nodiscard]] std::string text() const;

 private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
  std::uint64_t others_ = 0;
};

class CaptureLines {
 public:
  // A frame of these exchanges has 16 MiB at most, and quotes in it become two characters. A longer line is a bad one.
  static constexpr std::size_t kMostLineBytes = std::size_t{32} << 20;
  // Whose books or trades it has; those of an instrument are two. With more it is an error.
  static constexpr std::size_t kMostOrigins = 65'536;
  // Of the connection that a book comes over, while others bring updates of it that do not go on from its last one:
  // then it goes on over one of these. Exchanges send signs of life twice a minute.
  static constexpr std::int64_t kMostSilenceNs = 60'000'000'000;

  // `exchange`: one that CaptureDecoder::of_exchange() knows (asserted).
  CaptureLines(std::unique_ptr<ByteSource> bytes, std::string_view exchange);

  enum class Got : std::uint8_t { kParts, kBad, kEnd };
  // Errors: what the bytes fail with; kBadInput: a header of another exchange, more origins than that.
  Result<Got> next();
  [[nodiscard]] std::span<const CapturePart> parts() const { return kept_; }
  // Of kBad; valid until the next call.
  [[nodiscard]] RowReader::Bad bad() const { return {reason_, text_}; }
  // What the bad line is of, as far as is known.
  [[nodiscard]] const CaptureSubject& subject() const { return subject_; }
  [[nodiscard]] std::uint64_t place() const { return lines_.line_number(); }
  [[nodiscard]] const LeftOut& left_out() const { return left_out_; }

 private:
  // The members of a line that are looked at.
  struct Line;
  class LineFields;

  // Where an instrument's books or trades come from.
  struct Origin {
    std::string channel;
    // Of books: nothing where it is over,
    std::optional<std::string> connection = {};
    std::optional<std::int64_t> last_id = {};  // of the last message that was kept
    // of others' updates the first one that was left out, since this connection was heard
    std::optional<std::int64_t> waiting_since = {};
  };

  Result<Got> take(std::string_view line);
  Result<Got> take_header(const Line& line);
  Got open_connection(const Line& line);
  Result<Got> take_message(const Line& line);
  Got bad(std::string reason);
  // Whether there was one that has not been told yet.
  bool tell_bad_part();
  Result<void> keep_parts(std::string_view connection, std::int64_t received);
  // Null: more than kMostOrigins.
  Origin* origin_of(const CapturePart& part);
  bool is_kept(const CapturePart& part, Origin& origin, std::string_view connection, std::int64_t received);
  bool is_over(Origin& origin, std::int64_t received) const;

  LineReader lines_;
  std::string exchange_;
  std::unique_ptr<CaptureDecoder> decoder_;
  CaptureConnections connections_;
  std::map<std::string, Origin, std::less<>> origins_;  // by "kind venue symbol"
  std::vector<CapturePart> kept_;
  LeftOut left_out_;
  BookChecksums checksums_;
  std::vector<BadPart> bad_parts_;  // of the last message
  std::size_t bad_parts_told_ = 0;
  std::string reason_;
  CaptureSubject subject_;
  std::string_view text_;
};

}  // namespace acts::history
