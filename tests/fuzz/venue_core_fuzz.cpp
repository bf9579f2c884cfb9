// A client of the offline exchange that sends anything: each line of the input is a request ("G path?query", any letter
// for the method), a connection ("C path?query"), a text of the last session ("T ..."), a pong ("P ..."), or time that
// passes ("."). Whatever comes, answers are whole and there are no more sessions than connections.
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <variant>

#include "acts/base/assert.hpp"

#include "exchange/synthetic_market.hpp"
#include "exchange/venue_core.hpp"

namespace {

using namespace acts;
using namespace acts::exchange;

constexpr UnixNanos kStart{1723161240'000'000'000};
constexpr std::size_t kMaxLines = 200;

struct Client {
  explicit Client(Venue venue_) : venue(venue_), clock(Pace{.wait_for_streams = 0}, kStart) {
    SyntheticOptions options;
    options.venue = venue;
    options.symbols = {"BTCUSDT", "ETHUSDT"};
    options.levels = 8;
    options.start = kStart;
    core = std::make_unique<VenueCore>(venue, std::make_unique<SyntheticMarket>(options), clock,
                                       default_weight_rules(venue));
    clock.on_subscriptions(venue, 0, now);
  }
  void line(std::string_view text) {
    const char what = text.empty() ? '.' : text[0];
    text.remove_prefix(std::min<std::size_t>(text.size(), 2));
    const std::size_t mark = text.find('?');
    const std::string_view path = text.substr(0, mark);
    const std::string_view query = mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1);
    if (what == 'C') {
      const auto connected = core->connect(path, query, "peer", now);
      if (const auto* id = std::get_if<SessionId>(&connected)) session = *id;
    } else if (what == 'T') {
      core->on_text(session, text, now);
    } else if (what == 'P') {
      core->on_pong(session, text, now);
    } else if (what == '.') {
      now = now + std::chrono::milliseconds{500};
      core->advance(now, 1000);
      core->on_time(now);
    } else {
      check(core->request({what == 'G' ? "GET" : std::string_view(&what, 1), path, query, "peer"}, now).response);
    }
    check_outgoing();
  }
  static void check(const HttpResponse& response) {
    ACTS_ASSERT(response.status >= 200 && response.status < 600 && !response.body.empty());
    ACTS_ASSERT(response.status == 404 || nlohmann::json::accept(response.body));
  }
  void check_outgoing() const {
    for (const Outgoing& one : core->take_outgoing()) {
      ACTS_ASSERT(one.session <= session);
      const auto* text = std::get_if<SendText>(&one.what);
      if (text != nullptr && text->text->size() < 4096) ACTS_ASSERT(nlohmann::json::accept(*text->text));
    }
  }
  Venue venue;
  UnixNanos now = kStart;
  MarketClock clock;
  std::unique_ptr<VenueCore> core;
  SessionId session = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  Client client(size > 0 && bytes[0] == 'U' ? Venue::kBinanceUsdm : Venue::kBinanceSpot);
  for (std::size_t lines = 0; !text.empty() && lines < kMaxLines; ++lines) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    client.line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return 0;
}
