#include <fmt/format.h>

#include <array>
#include <memory>
#include <set>
#include <utility>

#include "binance/rest.hpp"
#include "binance/venue_facts.hpp"
#include "cli/command.hpp"
#include "cli/doctor.hpp"
#include "net/http_client.hpp"
#include "net/proxy.hpp"

namespace acts::cli {
namespace {

// A stream host answers a plain request too, with a refusal: that is all we want to know.
std::string http_form(std::string_view origin) {
  if (origin.starts_with("ws")) return fmt::format("http{}", origin.substr(2));
  return std::string(origin);
}

void judge_rest(Probe& probe, const HttpResponse& response, UnixNanos sent, UnixNanos received) {
  const binance::RestVerdict verdict = binance::judge({.status = response.status,
                                                       .body = response.body,
                                                       .used_weight = response.header(binance::kUsedWeightHeader),
                                                       .retry_after = response.header(binance::kRetryAfterHeader)},
                                                      binance::BareRefusal::kPassing);
  if (verdict.outcome != binance::RestOutcome::kOk) {
    probe.text = verdict.message;
    return;
  }
  const Result<UnixNanos> server = binance::parse_server_time(response.body);
  if (!server) {
    probe.text = server.error().message;
    return;
  }
  probe.verdict = Verdict::kGood;
  probe.text = fmt::format("answers in {} ms", (received - sent) / std::chrono::milliseconds{1});
  probe.clock = judge_clock(probe.venue, *server, sent, received);
}

std::vector<Probe> probes_of(const CollectSettings& settings, std::span<const Venue> venues) {
  std::vector<Probe> probes;
  for (const Venue venue : venues) {
    const VenueAddresses& own = settings.addresses_of(venue);
    const binance::Endpoints& usual = binance::endpoints(venue);
    const auto add = [&](const std::string& given, std::span<const std::string_view> hosts, bool is_stream) {
      if (!given.empty()) {
        probes.push_back({venue, is_stream, given});
        return;
      }
      for (const std::string_view host : hosts) probes.push_back({venue, is_stream, std::string(host)});
    };
    add(own.rest_url, usual.rest, false);
    add(own.stream_url, usual.streams, true);
  }
  return probes;
}

void ask(std::vector<Probe>& probes, const HttpClientOptions& options, Clock& clock) {
  EventLoop loop;
  HttpClient client(loop, options);
  std::size_t open = probes.size();
  for (Probe& probe : probes) {
    HttpRequest request;
    request.url = http_form(probe.origin) + (probe.is_stream ? "/ws" : binance::time_request(probe.venue).target);
    request.timeout = kNetworkTimeout;
    const UnixNanos sent = clock.now();
    client.request(std::move(request), [&, sent](const NetResult<HttpResponse>& response) {
      if (!response) {
        probe.text = response.error().message;
        probe.fault = response.error().fault;
      } else if (probe.is_stream) {
        probe.verdict = Verdict::kGood;
        probe.text = "answers";
      } else {
        judge_rest(probe, *response, sent, clock.now());
      }
      if (--open == 0) loop.stop();
    });
  }
  if (open > 0) loop.run_for(2 * kNetworkTimeout);
}

const char* remedy_of(NetFault fault) {
  if (fault == NetFault::kCertificate)
    return "name the authority it is to be trusted by (ca_file), or check this clock and what opens TLS on the way";
  return "check network, firewall and proxy (HTTPS_PROXY), or set rest_url and stream_url";
}

// Without the host's own name.
std::string failure_of(const Probe& probe) {
  const std::size_t scheme = probe.origin.find("://");
  const std::string host = probe.origin.substr(scheme == std::string::npos ? 0 : scheme + 3);
  const std::string name = host.substr(0, host.rfind(':'));
  std::string text = probe.text;
  for (std::size_t at = text.find(name); !name.empty() && at != std::string::npos; at = text.find(name))
    text.erase(at, name.size());
  return text;
}

}  // namespace

std::vector<Finding> judge_hosts(std::span<const Probe> probes) {
  std::vector<Finding> findings;
  const auto good = std::ranges::find(probes, Verdict::kGood, &Probe::verdict);
  std::set<std::string> told;
  for (const Probe& probe : probes) {
    if (probe.verdict != Verdict::kBad) {
      findings.push_back({probe.verdict, "network", fmt::format("{}: {}", probe.origin, probe.text)});
      continue;
    }
    const std::string failure = failure_of(probe);
    if (!told.insert(failure).second) continue;
    const auto fails_alike = [&](const Probe& other) {
      return other.verdict == Verdict::kBad && failure_of(other) == failure;
    };
    const auto alike = std::ranges::count_if(probes, fails_alike);
    findings.push_back(
        {good != probes.end() ? Verdict::kWarning : Verdict::kBad, "network",
         fmt::format("{}{}: {}", probe.origin, alike > 1 ? fmt::format(" and {} like it", alike - 1) : "", probe.text),
         good != probes.end() ? "others answer" : remedy_of(probe.fault), kExitNetwork});
  }
  if (good != probes.end() && good->clock) findings.push_back(*good->clock);
  return findings;
}

std::vector<Finding> check_network(const CollectSettings& settings, std::span<const Venue> venues, Clock& clock) {
  const Result<ProxySettings> proxy = proxy_settings_from_environment();
  if (!proxy) return {{Verdict::kBad, "proxy", proxy.error().message, {}, kExitUsage}};
  HttpClientOptions options;
  options.ca_file = settings.ca_file;
  options.proxy = *proxy;
  std::vector<Probe> probes = probes_of(settings, venues);
  ask(probes, options, clock);
  std::vector<Finding> findings;
  for (auto begin = probes.begin(); begin != probes.end();) {
    const auto end = std::find_if(begin, probes.end(), [&](const Probe& p) {
      return p.venue != begin->venue || p.is_stream != begin->is_stream;
    });
    for (Finding& finding : judge_hosts({begin, end})) findings.push_back(std::move(finding));
    begin = end;
  }
  return findings;
}

}  // namespace acts::cli
