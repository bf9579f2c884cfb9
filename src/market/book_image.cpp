#include "acts/market/book_image.hpp"

namespace acts {
namespace {

class Fingerprint {
 public:
  void add(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) {
      hash_ ^= (value >> shift) & 0xFF;
      hash_ *= 0x0000'0100'0000'01B3;
    }
  }
  void add(std::int64_t value) { add(static_cast<std::uint64_t>(value)); }
  void add(const std::vector<BookLevel>& levels) {
    add(std::uint64_t{levels.size()});
    for (const BookLevel& level : levels) {
      add(level.price.units());
      add(level.quantity.units());
      add(level.origin.update_id.value());
      add(std::uint64_t{level.origin.from_snapshot});
    }
  }
  [[nodiscard]] std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF2'9CE4'8422'2325;
};

}  // namespace

std::uint64_t fingerprint(const BookImage& image) {
  Fingerprint hash;
  hash.add(std::uint64_t{image.scales.price});
  hash.add(std::uint64_t{image.scales.quantity});
  hash.add(image.bids);
  hash.add(image.asks);
  hash.add(std::uint64_t{image.coverage.size()});
  for (const PriceInterval& interval : image.coverage) {
    hash.add(interval.low.units());
    hash.add(interval.high.units());
  }
  hash.add(image.last_update_id.value());
  hash.add(image.suspect_upto.value());
  hash.add(image.epoch);
  hash.add(image.ghosts);
  return hash.value();
}

}  // namespace acts
