//! Mistakes by which measured links lead nowhere, to a warning, or to a bill that nobody asked for.

use super::Planted;

pub(super) const PLANTED: &[Planted] = &[
    (
        "measured links by https where nobody shows a certificate",
        "HttpsPolicy: !If [HasTrackingCertificate, REQUIRE, OPTIONAL]",
        "HttpsPolicy: REQUIRE",
        "HttpsPolicy is REQUIRE where there is a certificate, and else OPTIONAL",
    ),
    (
        "measured links through the domain of mails",
        "CustomRedirectDomain: !Ref TrackingDomain",
        "CustomRedirectDomain: !Ref MailDomain",
        "ConfigurationSet leads measured links elsewhere",
    ),
    (
        "an empty domain that SES is told of",
        "      TrackingOptions: !If\n        - HasTrackingDomain\n",
        "      TrackingOptions: !If\n        - IsTracking\n",
        "ConfigurationSet has TrackingOptions whether there is",
    ),
    (
        "a distribution that nobody asked for",
        "    Condition: HasTrackingCertificate\n    Properties:\n      DistributionConfig:\n",
        "    Properties:\n      DistributionConfig:\n",
        "TrackingDistribution is there whether somebody asked for it or not",
    ),
    (
        "a distribution in front of another region's SES",
        "DomainName: !Sub r.${AWS::Region}.awstrack.me",
        "DomainName: r.us-east-1.awstrack.me",
        "TrackingDistribution: /Origins/0/DomainName",
    ),
    (
        "a distribution that keeps what one person clicked",
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "TrackingDistribution: /DefaultCacheBehavior/CachePolicyId",
    ),
    (
        "a distribution that does not say which domain was asked",
        "216adef6-5c7f-47e4-b989-5492eafa07d3",
        "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        "TrackingDistribution: /DefaultCacheBehavior/OriginRequestPolicyId",
    ),
    (
        "clicks in the clear between CloudFront and SES",
        "OriginProtocolPolicy: https-only",
        "OriginProtocolPolicy: http-only",
        "TrackingDistribution: /Origins/0/CustomOriginConfig/OriginProtocolPolicy",
    ),
    (
        "wiring that promises a certificate that there is not",
        "\"target\":\"r.${AWS::Region}.awstrack.me\",\"https\":false}",
        "\"target\":\"r.${AWS::Region}.awstrack.me\",\"https\":true}",
        "Wiring says",
    ),
    (
        "an output that leads past the distribution",
        "Value: !If [HasTrackingCertificate, !GetAtt TrackingDistribution.DomainName, ",
        "Value: !If [HasTrackingDomain, !GetAtt TrackingDistribution.DomainName, ",
        "TrackingDomainTarget is not where links lead",
    ),
    (
        "a tracking domain that takes anything",
        "    ConstraintDescription: a domain in lower case, without https://, such as links.example.org, or nothing\n",
        "",
        "the parameter TrackingDomain refuses with a pattern only",
    ),
];
