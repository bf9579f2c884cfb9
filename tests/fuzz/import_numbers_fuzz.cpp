// A number with an exponent and a time by a pattern are any text: what is taken is the same number, and a time that a
// file can have.
#include <string>
#include <string_view>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"

#include "history/import/plain_decimal.hpp"
#include "history/import/time_format.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  using namespace acts::history;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const auto plain = without_exponent(text)) {
    const std::string_view digits = std::string_view(*plain).substr(plain->starts_with('-') ? 1 : 0);
    ACTS_ASSERT(significant_decimals(digits) >= 0);
    // An exponent of none changes nothing.
    ACTS_ASSERT(without_exponent(*plain + "e0") == *plain);
  }
  const std::size_t end = text.find('\n');
  const Result<TimeFormat> format = TimeFormat::parse(text.substr(0, end));
  if (!format || end == std::string_view::npos) return 0;
  const auto time = format->read(text.substr(end + 1));
  ACTS_ASSERT(!time || (*time >= 0 && *time < 7'258'118'400'000'000'000));
  return 0;
}
