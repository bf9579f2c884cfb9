// Any bytes as a recording and, behind the first NUL NUL, as its index: the exchange shows it as a venue or says why
// not, and comes to the end of it.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "acts/base/assert.hpp"

#include "exchange/replay_source.hpp"
#include "exchange/rest_api.hpp"

namespace {

using namespace acts;
using namespace acts::exchange;

// In memory, where there is such a place: the preview reads files by name, several times.
class Folder {
 public:
  Folder() {
    std::error_code error;
    const bool has_memory = std::filesystem::is_directory("/dev/shm", error);
    std::string pattern =
        (has_memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) / "acts-fuzz-XXXXXX";
    ACTS_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  // The name of a recording of these bytes.
  std::string put(std::string_view log, std::optional<std::string_view> index) const {
    const std::string path = path_ / "r.jsonl";
    std::ofstream(path, std::ios::binary).write(log.data(), static_cast<std::streamsize>(log.size()));
    std::filesystem::remove(index_path_for(path));
    if (index) {
      std::ofstream(index_path_for(path), std::ios::binary)
          .write(index->data(), static_cast<std::streamsize>(index->size()));
    }
    return path;
  }

 private:
  std::filesystem::path path_;
};

void check_venue(Venue venue, const std::string& path) {
  const auto opened = ReplaySource::open({venue, {path}, {}});
  if (!opened) return;
  ReplaySource& source = **opened;
  std::vector<MarketMessage> messages;
  UnixNanos before = *source.next_time();
  while (const auto next = source.next_time()) {
    ACTS_ASSERT(*next >= before);
    before = *next;
    messages.clear();
    static_cast<void>(source.step(messages));
    for (const MarketMessage& message : messages) ACTS_ASSERT(split_combined(message.combined).has_value());
  }
  RestApi rest(venue, source, default_weight_rules(venue));
  const std::string prefix = venue == Venue::kBinanceSpot ? "/api/v3/" : "/fapi/v1/";
  ACTS_ASSERT(rest.handle({"GET", prefix + "exchangeInfo", "", "a"}, before).status == 200);
  for (const ListedSymbol& symbol : source.symbols()) {
    const int status =
        rest.handle({"GET", prefix + "depth", "limit=1000&symbol=" + symbol.instrument.symbol, "a"}, before).status;
    ACTS_ASSERT(status == 200 || status == 400 || status == 429 || status == 418);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace std::string_view_literals;
  static const Folder folder;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const std::size_t split = input.find("\0\0"sv);
  std::optional<std::string_view> index;
  if (split != std::string_view::npos) index = input.substr(split + 2);
  const std::string path = folder.put(input.substr(0, split), index);
  static_cast<void>(venue_of_recording(path));
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) check_venue(venue, path);
  binance::Decoder decoder(Venue::kBinanceSpot);
  static_cast<void>(stream_of_payload(decoder, input));
  static_cast<void>(transaction_time(input));
  return 0;
}
