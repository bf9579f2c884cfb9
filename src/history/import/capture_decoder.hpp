// Messages of other exchanges than Binance, as they came over a connection, as rows of the catalog: books into
// book_updates, trades into trades. One decoder an exchange. Numbers stay exact: none goes through a double. In bounded
// memory. Pure; not thread-safe.
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

#include "history/import/json_walk.hpp"
#include "history/import/row_parser.hpp"
#include "history/table/kind.hpp"

namespace acts::history {

// A connection that messages come over, since it was opened.
struct CaptureConnection {
  std::string url = {};
  std::int64_t heard_ns = 0;  // the time of its last message; 0: none yet
  // Of an exchange that counts the messages of a connection: the last one's number, and the first one from which on
  // none is missing.
  std::optional<std::int64_t> sequence = {};
  std::int64_t whole_from = 0;
  std::map<std::string, std::int64_t, std::less<>> last_updates = {};  // of books, by symbol; or snapshots
  std::size_t books_left = SIZE_MAX;  // how many more of these there may be; a message with another one is refused
};

// Rows of one instrument that a message has, without `row` of a stream's key.
struct CapturePart {
  const Kind* kind = nullptr;
  std::string venue;
  std::string symbol;
  std::string channel;  // "orderbook.200"
  std::vector<Row> rows = {};
  // Of a book without ids, where there is one that may be its own.
  std::optional<std::int64_t> checksum = {};
  bool has_shared_ids = true;  // of a book: other connections have the same; else the messages of one are counted

  [[nodiscard]] bool is_snapshot() const;                       // of a book
  [[nodiscard]] std::optional<std::int64_t> update_id() const;  // of a book
  [[nodiscard]] bool continues(std::int64_t update_id) const;   // of a book: it is the update behind that one
};

// What a message is of, as far as it tells: what is not known is null or empty.
struct CaptureSubject {
  const Kind* kind = nullptr;
  std::string venue = {};
  std::string symbol = {};
};

// What is wrong in a message whose other trades, or whose levels, enter all the same.
struct BadPart {
  std::string reason;
  std::string text;
  CaptureSubject subject;
};

class CaptureDecoder : protected JsonVisitor {
 public:
  // Levels and trades of a message: five times Coinbase's whole book. One with more is refused.
  static constexpr std::size_t kMostRows = 250'000;

  // Null: no exchange that is read so. Names are those of a capture's header: "OKX", "BYBIT", "COINBASE".
  static std::unique_ptr<CaptureDecoder> of_exchange(std::string_view exchange);

  // Errors: kBadInput: it is no JSON, or lacks what its channel has; none of it counts then.
  Result<void> decode(std::string_view json, CaptureConnection& connection, std::int64_t ts_recv);
  // Of the message last decoded; none where the catalog keeps nothing of its channel. Until the next one.
  [[nodiscard]] std::span<const CapturePart> parts() const { return parts_; }
  // In the same message, as long.
  [[nodiscard]] std::span<const BadPart> bad_trades() const { return bad_trades_; }
  // Of one that decode() failed with.
  [[nodiscard]] const CaptureSubject& refused() const { return refused_; }
  // "tickers"; what the message is, for counts.
  [[nodiscard]] std::string_view what() const { return what_; }

 protected:
  CaptureDecoder();

  virtual void begin() = 0;
  virtual void finish(CaptureConnection& connection) = 0;
  // Of a message that is refused; not whole: what tells of another instrument may have been cut off.
  [[nodiscard]] virtual CaptureSubject about(const CaptureConnection& connection, bool is_whole) const = 0;
  [[nodiscard]] CaptureSubject subject(bool is_book, std::string_view venue, std::string_view symbol) const;

  // The first one of a message counts.
  void refuse(std::string reason);
  [[nodiscard]] bool is_refused() const { return !reason_.empty(); }
  [[nodiscard]] bool has_nothing() const { return parts_.empty() && bad_trades_.empty(); }
  void is_of(std::string_view what) { what_ = what; }

  // Whether what is at `path` may be there, if that is `side` or within it: an array of levels, each of which is an
  // array of numbers and texts.
  enum class Shape : std::uint8_t { kValue, kNull, kArray, kObject };
  static bool fits_side(std::string_view path, std::string_view side, Shape shape);
  static Shape shape_of(const JsonPlace& ended) { return ended.is_array ? Shape::kArray : Shape::kObject; }

  void add_level(bool is_bid, std::string_view price, std::string_view quantity);
  struct BookHead {
    std::string venue;
    std::string symbol;
    std::string channel;
    bool is_snapshot = false;
    std::optional<std::int64_t> ts_event = {};  // nanoseconds
    std::optional<std::int64_t> ts_sent = {};   // where it is another
    std::optional<std::int64_t> first_id = {};
    std::optional<std::int64_t> id = {};
    std::optional<std::int64_t> prev_id = {};
    std::optional<std::int64_t> checksum = {};
  };
  // All levels since the last one.
  void add_book(BookHead head);
  // Of the books of this message.
  void set_book_ids(std::int64_t id, const CaptureConnection& connection);

  struct TradeHead {
    std::string_view venue;
    std::string_view symbol;
    std::string_view channel;
  };
  struct TradeText {
    std::string_view id;
    bool is_taker_buy = false;
    std::string_view price;
    std::string_view quantity;
    std::optional<std::int64_t> ts_event = {};
    std::optional<bool> is_market = {};
  };
  // One that cannot be taken is a bad one.
  void add_trade(const TradeHead& head, const TradeText& trade);
  void refuse_trade(const TradeHead& head, std::string reason, std::string_view text);

  // Nothing: it is none. A whole number of 64 bits, not negative; milliseconds since 1970 in nanoseconds.
  static std::optional<std::int64_t> whole(std::string_view text);
  static std::optional<std::int64_t> millis(std::string_view text);
  // "buy", "Sell", "BUY": nothing for what is neither.
  static std::optional<bool> is_buy(std::string_view side);

 private:
  [[nodiscard]] bool has_room();

  const Kind* books_;
  const Kind* trades_;
  RowParser levels_parser_;
  RowParser trades_parser_;
  std::int64_t ts_recv_ = 0;
  std::vector<CapturePart> parts_;
  std::vector<BadPart> bad_trades_;
  std::vector<Row> levels_;
  std::size_t rows_ = 0;
  std::string what_;
  std::string reason_;
  CaptureSubject refused_;
  std::string line_;
};

// The three of them.
std::unique_ptr<CaptureDecoder> okx_decoder();
std::unique_ptr<CaptureDecoder> bybit_decoder();
std::unique_ptr<CaptureDecoder> coinbase_decoder();

}  // namespace acts::history
